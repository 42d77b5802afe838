"""The whole thing on one machine: gateway, local Realtime server on tone codes, POS receiver, phone. Real sockets."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from pydantic import SecretStr

from gateway.app import create_app, pos_endpoints, restaurants_of
from gateway.call.machine import Call
from gateway.events import AnyEvent, read_event
from gateway.local.brain import Brain
from gateway.local.phone import Phone
from gateway.local.phone_setup import tone_voice
from gateway.local.pos import PosReceiver
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.pos.worker import Worker, delivery_client
from gateway.server import GatewayServer, uvicorn_config
from gateway.settings import Settings
from gateway.store import SessionStore
from tests.oracle import CLIENT, check

TWILIO_TOKEN = "twilio-auth-token-of-the-tests"
SECRET = "a-secret-of-the-tests-that-is-long-enough"
POS_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ANA = "+15557654321"


class InProcessServer(GatewayServer):
    """The gateway's server without its signal handlers: they belong to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Stage:
    """What a test of a whole call sees."""

    restaurant: Restaurant
    model: RealtimeServer
    pos: PosReceiver
    store: SessionStore
    url: str
    servers: list[InProcessServer] = field(default_factory=list)

    def phone(self, **changes: object) -> Phone:
        """A telephone that rings this gateway."""
        setup: dict[str, object] = {
            "voice_url": f"{self.url}/twiml/voice",
            "auth_token": TWILIO_TOKEN,
            "from_number": ANA,
            "to_number": self.restaurant.numbers[0],
            "status_url": f"{self.url}/twilio/status",
            "voice": tone_voice(),
            "say_voice": tone_voice(),
            "timeout_s": 90,
        }
        return Phone(**(setup | changes))  # type: ignore[arg-type]

    async def events(self, call_id: str) -> list[AnyEvent]:
        """The call's log."""
        return [read_event(entry.event) for entry in await self.store.read_log(self.restaurant.id, call_id)]

    async def fold(self, call_id: str) -> Call:
        """The call as its log tells it."""
        return Call.fold(call_id, self.restaurant, await self.events(call_id))

    async def call_ids(self) -> list[str]:
        """Every call in the store, oldest first."""
        keys = await self.store.connection.command("KEYS", "*:log")
        return sorted(key.split(":")[-2] for key in keys)


@pytest.fixture
def restaurant() -> Restaurant:
    """Casa Verde as it ships."""
    return restaurants_of(Settings(gateway_env="development"))[0]


@pytest.fixture
async def pos() -> AsyncIterator[PosReceiver]:
    """The POS."""
    async with PosReceiver(POS_SECRET) as receiver:
        yield receiver


@pytest.fixture
async def model() -> AsyncIterator[RealtimeServer]:
    """The model: the brain on tone codes. Whatever the gateway sends it must be accepted by the openai package's types."""
    options = ServerOptions(threads=0, keys=frozenset({"key-of-the-tests"}))
    async with RealtimeServer(Brain, ToneEars(), ToneVoice(ms_per_char=12), options=options) as server:
        yield server
        for message in (*server.messages, *server.appends):
            check(CLIENT, message.raw.decode())


Serve = Callable[..., contextlib.AbstractAsyncContextManager[InProcessServer]]


@contextlib.asynccontextmanager
async def serve(settings: Settings, restaurants: list[Restaurant], listener: socket.socket) -> AsyncIterator[InProcessServer]:
    """The gateway in this process, until the block ends."""
    app = create_app(settings, restaurants)
    server = InProcessServer(uvicorn_config(app, settings), app, drain_seconds=5)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(20):
            while not server.started:
                if task.done():
                    task.result()
                await asyncio.sleep(0.02)
        yield server
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def deliveries(store: SessionStore, served: Restaurant) -> AsyncIterator[Worker]:
    """The webhook worker, as `gateway worker` runs it."""
    async with delivery_client(allow_private=True) as client:
        worker = Worker(store, client, pos_endpoints([served]), name="worker of the tests", block_s=0.2)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task


@pytest.fixture
async def stage(
    restaurant: Restaurant, model: RealtimeServer, pos: PosReceiver, store: SessionStore, valkey_url: str
) -> AsyncIterator[Stage]:
    """Everything up, nothing called yet."""
    served = restaurant.model_copy(update={"pos": PosEndpoint(url=pos.url, secrets=(SecretStr(POS_SECRET),))})
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(
        gateway_env="development",
        public_url=url,
        port=listener.getsockname()[1],
        gateway_secret=SECRET,
        redis_url=valkey_url,
        twilio_auth_token=(TWILIO_TOKEN,),
        openai_api_key=("key-of-the-tests",),
        openai_realtime_url=model.url,
        vad_silence_ms=300,
    )
    async with serve(settings, [served], listener) as server, deliveries(store, served):
        yield Stage(served, model, pos, store, url, [server])
