"""The drain: what happens to a real process, and to its live call, when it is told to stop."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from gateway.local.phone_line import Line
from gateway.server import listen, uvicorn_config
from gateway.settings import Settings
from tests.stage import MODEL_KEY, SECRET, TWILIO_TOKEN, Stage, open_stage

SERVE = """
from gateway.logs import configure_logs
from gateway.local.phone_line import Line
from gateway.server import serve
from gateway.settings import load_settings
settings = load_settings()
configure_logs(settings)
serve(settings)
"""


class Gateway:
    """The gateway as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, client: httpx2.AsyncClient) -> None:
        self.process = process
        self.url = url
        self.client = client

    async def ready(self) -> int:
        """The answer of /readyz, over a connection that is kept."""
        self.answer = await self.client.get(f"{self.url}/readyz")
        return self.answer.status_code

    async def told_to_leave(self) -> int:
        """Ask over the connection that stood before until the answer says that it brings no more calls; its status."""
        for _ in range(1000):
            try:
                status = await self.ready()
            except httpx2.ConnectError:
                return 503  # the machine is so slow that the connection has grown too old; another one is refused
            if self.answer.headers.get("connection") == "close":
                return status
            await asyncio.sleep(0.01)
        raise AssertionError("it takes calls")

    def signal(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, within: float) -> int:
        return await asyncio.wait_for(self.process.wait(), within)


@asynccontextmanager
async def gateway(stage: Stage, tmp_path: Path) -> AsyncIterator[Gateway]:
    settings = stage.settings
    assert settings.redis_url is not None
    environment = {
        "PATH": os.environ["PATH"],
        "GATEWAY_ENV": "development",
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "GATEWAY_SECRET": SECRET,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "OPENAI_API_KEY": MODEL_KEY,
        "OPENAI_REALTIME_URL": settings.openai_realtime_url,
        "DATA_DIR": str(tmp_path),
    }
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, env=environment, stderr=log)
    async with httpx2.AsyncClient(limits=httpx2.Limits(keepalive_expiry=None)) as client:
        running = Gateway(process, stage.url, client)
        try:
            for _ in range(400):
                try:
                    if await running.ready() == 200:
                        break
                except httpx2.TransportError:
                    assert process.returncode is None, (tmp_path / "log").read_text()
                await asyncio.sleep(0.05)
            yield running
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]


async def refuses_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return True
    writer.close()
    await writer.wait_closed()
    return False


async def draining(port: int) -> None:
    for _ in range(200):
        if await refuses_connections(port):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it still listens")


async def test_a_draining_process_serves_its_call_to_the_end_and_then_exits(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage, gateway(stage, tmp_path) as running:

        async def talk(line: Line) -> None:
            await line.wait_connected()
            assert await running.ready() == 200
            running.signal()
            assert await running.told_to_leave() in (200, 503), "asked just before the signal came, or after"
            await draining(stage.settings.port)
            with pytest.raises(httpx2.ConnectError):
                await running.ready()
            await line.listen_until_quiet(400)
            await line.say("Hello?")
            assert await line.listen_until_quiet(400), "the call goes on"
            assert running.process.returncode is None

        record = await stage.phone().call(talk)
        assert len(record.streams) == 1
        assert await running.ended(10) == -signal.SIGTERM
    told = [line["event"] for line in lines(tmp_path)]
    assert "draining" in told
    assert "session_failed" not in told
    assert told.index("draining") < told.index("leg_ended")


async def test_a_second_signal_ends_at_once(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage, gateway(stage, tmp_path) as running:

        async def talk(line: Line) -> None:
            await line.wait_connected()
            running.signal()
            await draining(stage.settings.port)
            running.signal()
            assert await running.ended(10) == -signal.SIGTERM

        await stage.phone().call(talk)
    assert "leg_ended" in [line["event"] for line in lines(tmp_path)], "in good order all the same"


async def test_without_a_call_it_ends_at_once(valkey_url: str, tmp_path: Path) -> None:
    async with open_stage(valkey_url, in_process=False) as stage, gateway(stage, tmp_path) as running:
        running.signal()
        assert await running.ended(10) == -signal.SIGTERM


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_listening_socket_for_workers(host: str) -> None:
    opened = listen(Settings(host=host, port=0))
    with opened:
        assert opened.family is (socket.AF_INET6 if ":" in host else socket.AF_INET)
        assert os.get_inheritable(opened.fileno())
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


def test_media_is_not_compressed_and_messages_are_small() -> None:
    config = uvicorn_config(None, Settings())  # type: ignore[arg-type]  # it is not served
    assert not config.ws_per_message_deflate
    assert config.ws_max_size == 64 * 1024
    assert config.ws_ping_interval is None
