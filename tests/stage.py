"""The whole thing on one machine: gateway, local Realtime server on tone codes, POS receiver, phone. Real sockets.

Rules: whatever the gateway sends the model, and whatever the model's server answers, must be accepted by the `openai`
package's types; when a stage closes, no task, no socket and no lease of it may be left.
"""

import asyncio
import base64
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from gateway.app import Running, carriers_of, create_app, pos_endpoints
from gateway.brain.brain import Brain
from gateway.brain.mind import Mind, Prompt, Step
from gateway.call.machine import Call
from gateway.events import AnyEvent, read_event
from gateway.local.faults import NO_FAULTS, Faults
from gateway.local.phone import Phone
from gateway.local.phone_setup import tone_voice
from gateway.local.pos import PosReceiver
from gateway.local.realtime_connection import Connection
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.manager import VoiceSessionManager
from gateway.orders.availability import DAYS
from gateway.orders.pos_events import PosEvent
from gateway.orders.restaurant import Hours, PosEndpoint, Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.pos.worker import Worker, delivery_client
from gateway.server import GatewayServer, uvicorn_config
from gateway.session import VoiceSession
from gateway.settings import Settings
from gateway.store import SessionStore, keys_without_expiry, open_store
from tests.oracle import CLIENT, SERVER, check

TWILIO_TOKEN = "twilio-auth-token-of-the-tests"
SECRET = "a-secret-of-the-tests-that-is-long-enough"
POS_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
MODEL_KEY = "key-of-the-tests"
ANA = "+15557654321"


class InProcessServer(GatewayServer):
    """The gateway's server without its signal handlers: they belong to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @property
    def running(self) -> Running:
        """The application's parts, once it has started."""
        running: Running = self._app.state.running
        return running


class AttentiveBrain(Brain):
    """The brain, which keeps what it was asked with: the model's memory as it stood at each response."""

    def __init__(self, prompts: list[Prompt]) -> None:
        self._prompts = prompts

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        self._prompts.append(prompt)
        return super().decide(prompt)


class Model(RealtimeServer):
    """The model's server: counts how many connections stood at a time, and keeps every event it sent.

    Attributes:
        most: The most connections at a time.
        events: What it sent, over all connections.
        prompts: What each response was made from, over all connections.
        contradiction: An event sent right before the answer to every `session.update`.
    """

    def __init__(self, *, ms_per_char: float = 12, faults: Faults = NO_FAULTS, **options: Any) -> None:
        self.most = 0
        self.events: deque[bytes] = deque(maxlen=20_000)
        self.prompts: list[Prompt] = []
        self.contradiction = b""
        super().__init__(
            self._mind,
            ToneEars(),
            ToneVoice(ms_per_char=ms_per_char),
            options=ServerOptions(threads=0, keep=20_000, keys=frozenset({MODEL_KEY}), **options),
            faults=faults,
            on_event=self.events.append,
        )

    def _mind(self) -> Mind:
        return AttentiveBrain(self.prompts)

    def begin(self, connection: Connection) -> None:
        super().begin(connection)
        self.most = max(self.most, len(self.connections))

    def received(self, connection: Connection, raw: bytes) -> None:
        super().received(connection, raw)
        if self.contradiction and b'"session.update"' in raw:
            connection.send(self.contradiction)

    def told(self, kind: str, connection: int | None = None) -> list[dict[str, Any]]:
        """The client messages of a type, in order; of one connection or of all."""
        found = (check(CLIENT, m.raw) for m in self.messages if connection in (None, m.connection))
        return [message.model_dump() for message in found if message.type == kind]

    def judge(self) -> None:
        """Both sides of every connection against the types of the `openai` package."""
        for message in (*self.messages, *self.appends):
            check(CLIENT, message.raw)
        for raw in self.events:
            check(SERVER, raw)


@dataclass
class Stage:
    """What a test of a whole call sees."""

    restaurant: Restaurant
    model: Model
    pos: PosReceiver
    store: SessionStore
    settings: Settings
    running: Running | None = None
    lived: dict[str, Call] = field(default_factory=dict)  # each call as the session of its newest leg has it
    garbled: bool = False  # the model's server was told to send what no type allows

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return self.settings.public_url

    def phone(self, **changes: Any) -> Phone:
        """A telephone that rings this gateway."""
        setup: dict[str, Any] = {
            "voice_url": f"{self.url}/twiml/voice",
            "auth_token": TWILIO_TOKEN,
            "from_number": ANA,
            "to_number": self.restaurant.numbers[0],
            "status_url": f"{self.url}/twilio/status",
            "voice": tone_voice(),
            "say_voice": tone_voice(),
            "timeout_s": 60,
        }
        return Phone(**(setup | changes))

    async def events(self, call_id: str) -> list[AnyEvent]:
        """The call's log."""
        return [read_event(entry.event) for entry in await self.store.read_log(self.restaurant.id, call_id)]

    async def entries(self, call_id: str) -> list[tuple[str, str]]:
        """The call's log as it is stored: event ids and JSON."""
        return [(entry.event_id, entry.event) for entry in await self.store.read_log(self.restaurant.id, call_id)]

    async def fold(self, call_id: str) -> Call:
        """The call as its log tells it."""
        return Call.fold(call_id, self.restaurant, await self.events(call_id))

    async def keys(self, pattern: str) -> list[str]:
        """The store's keys."""
        found = await self.store.connection.command("KEYS", pattern)
        assert isinstance(found, list)
        return sorted(str(key) for key in found)

    def sent(self, call_id: str) -> list[dict[str, Any]]:
        """What the POS was sent about a call, each delivery once."""
        return [dict(got.data) for got in self.pos.orders if got.data["call"]["ref"] == call_id]  # type: ignore[index]  # JSON


@contextlib.asynccontextmanager
async def serve(
    settings: Settings, restaurants: Sequence[Restaurant], listener: socket.socket
) -> AsyncIterator[InProcessServer]:
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
async def deliveries(store: SessionStore, served: Restaurant, settings: Settings) -> AsyncIterator[Worker]:
    """The delivery worker, as `gateway worker` runs it."""
    async with delivery_client(allow_private=True) as client, carriers_of(settings, store, [served]) as carriers:
        endpoints = pos_endpoints([served])
        worker = Worker(store, client, endpoints, name="worker of the tests", block_s=0.2, carriers=carriers)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task


def casa_verde() -> Restaurant:
    """The first of the examples as it ships, but open at every hour: tests run at night and on holidays, too."""
    every_hour = dict.fromkeys(DAYS, (Hours(open="00:00", close="24:00"),))
    return load_restaurants(SHIPPED, {})[0].model_copy(update={"hours": every_hour, "holidays": {}})


@dataclass(frozen=True)
class Belongings:
    """The tasks and sockets of this process."""

    tasks: frozenset[asyncio.Task[Any]] = field(
        default_factory=lambda: frozenset(asyncio.all_tasks() - {asyncio.current_task()})
    )
    sockets: int = field(default_factory=lambda: sum(_is_socket(entry) for entry in Path("/proc/self/fd").iterdir()))

    async def back(self) -> None:
        """Check that there is no more than this again; closed sockets leave with the loop's next rounds."""
        for _ in range(100):
            now = Belongings()
            if now.tasks <= self.tasks and now.sockets <= self.sockets:
                return
            await asyncio.sleep(0.02)
        assert now.tasks <= self.tasks, f"still running: {now.tasks - self.tasks}"
        assert now.sockets <= self.sockets, f"{now.sockets - self.sockets} sockets are still open"


def _is_socket(entry: Path) -> bool:
    try:
        return str(entry.readlink()).startswith("socket:")
    except OSError:  # the descriptor that listed the folder
        return False


def _keep_calls(stage: Stage, manager: VoiceSessionManager) -> None:
    """Keep the call of every session of this process beyond its end, to be compared with its log."""
    create = manager.create_session

    async def create_and_keep(*arguments: Any, **named: Any) -> VoiceSession:
        session = await create(*arguments, **named)
        stage.lived[session.id] = session.call
        return session

    manager.create_session = create_and_keep  # type: ignore[method-assign]  # tests look on, nothing is changed


@contextlib.asynccontextmanager
async def open_stage(
    valkey_url: str,
    *,
    house: Restaurant | None = None,
    faults: Faults = NO_FAULTS,
    model_options: dict[str, Any] | None = None,
    in_process: bool = True,
    port: int = 0,
    events: Sequence[PosEvent] = ("order.confirmed",),
    **changes: Any,
) -> AsyncIterator[Stage]:
    """Everything up, nothing called yet; at the end everything is judged, and nothing may be left.

    Args:
        valkey_url: The store; it is emptied.
        house: The restaurant; the first of the examples when none is given.
        faults: What goes wrong with the model from the start.
        model_options: Of the model's server.
        in_process: Without, the test starts the gateway by itself, on the port of the settings.
        port: The gateway's, 0 for a free one.
        events: What the POS wants to be told.
        changes: To the settings.
    """
    before = Belongings()
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(await open_store(valkey_url))
        await store.connection.command("FLUSHALL")
        pos = await stack.enter_async_context(PosReceiver(POS_SECRET))
        model = await stack.enter_async_context(Model(faults=faults, **(model_options or {})))
        endpoint = PosEndpoint(url=pos.url, secrets=(SecretStr(POS_SECRET),), events=tuple(events))
        served = (house or casa_verde()).model_copy(update={"pos": endpoint})
        listener = socket.create_server(("127.0.0.1", port))
        port = listener.getsockname()[1]
        given: dict[str, Any] = {
            "gateway_env": "development",
            "public_url": f"http://127.0.0.1:{port}",
            "port": port,
            "gateway_secret": SECRET,
            "redis_url": valkey_url,
            "twilio_auth_token": (TWILIO_TOKEN,),
            "openai_api_key": (MODEL_KEY,),
            "openai_realtime_url": model.url,
            "vad_silence_ms": 300,
        }
        settings = Settings(**(given | changes))
        stage = Stage(served, model, pos, store, settings)
        await stack.enter_async_context(deliveries(store, served, settings))
        if in_process:
            server = await stack.enter_async_context(serve(settings, [served], listener))
            stage.running = server.running
            _keep_calls(stage, server.running.manager)
        else:
            listener.close()
        yield stage
        for _ in range(100):  # a call's last writes come right after its last sound
            if not (leases := await stage.keys("*:lease")):
                break
            await asyncio.sleep(0.02)
        assert not leases, f"still leased: {leases}"
        assert not (stay := await keys_without_expiry(store.connection)), f"never to go: {stay}"
        if not stage.garbled:
            model.judge()
    await before.back()
