"""The processes of a run: a store of its own, a gateway of two workers, the delivery worker, the model, the POS.

All of them listen on 127.0.0.1 and end with the `async with` that gave the rig. The store writes an append-only file,
so that a restart keeps everything.
"""

import asyncio
import base64
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import msgspec

from gateway.local.examples import copy_examples
from gateway.local.pos import PosReceiver
from gateway.settings import Settings
from gateway.store import SessionStore, open_store
from gateway.store.embedded import server_binary
from infra.chaos.model import MODEL_KEY, Strike
from infra.chaos.processes import RigError, alive, catches, children, end, python, start
from infra.processes import free_ports

AUTH_TOKEN: Final = "chaos-auth-token"  # noqa: S105 - of nobody's account
WORKERS: Final = 2
START_LIMIT_S: Final = 40.0
_POS_SECRET: Final = "POS_SECRET_OF_THE_RUN"  # noqa: S105 - the name of a variable


@dataclass(slots=True)
class Rig:
    """What runs.

    Attributes:
        url: the gateway's.
        store: a client of the store, of our own.
        pos: the POS.
        sooner: retries of deliveries come so many times sooner than the product's.
        gateway: the supervisor of the gateway's workers.
    """

    folder: Path
    port: int
    store_port: int
    pos: PosReceiver
    environment: dict[str, str]
    stack: AsyncExitStack
    sooner: float = 1.0
    store: SessionStore = field(init=False)
    gateway: asyncio.subprocess.Process = field(init=False)
    deliveries: asyncio.subprocess.Process = field(init=False)
    _store_process: asyncio.subprocess.Process = field(init=False)
    _model: asyncio.subprocess.Process = field(init=False)
    _model_turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> tuple[int, ...]:
        """The gateway's worker processes, as they are now."""
        return children(self.gateway.pid)

    @property
    def pids(self) -> tuple[int, ...]:
        """Every process of the rig but this one."""
        ours = (self.gateway.pid, self.deliveries.pid, self._store_process.pid, self._model.pid)
        return (*ours, *self.workers)

    # --- the store ---

    async def start_store(self) -> None:
        """Start the store on its folder and wait until it has read what it kept."""
        folder = self.folder / "store"
        folder.mkdir(exist_ok=True)
        # fmt: off
        command = [
            str(server_binary()), "--port", str(self.store_port), "--bind", "127.0.0.1", "--dir", str(folder),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
        ]
        # fmt: on
        self._store_process = await start(command, self.environment, self.folder / "store.log")
        async with asyncio.timeout(START_LIMIT_S):
            while not await self._store_answers():
                if self._store_process.returncode is not None:
                    raise RigError(f"the store ended: {_last_words(self.folder / 'store.log')}")
                await asyncio.sleep(0.02)

    async def _store_answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.store_port)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            async with asyncio.timeout(1):
                return (await reader.readline()).startswith(b"+PONG")
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()

    async def restart_store(self) -> None:
        """Stop the store in good order and start it again on what it wrote."""
        self._store_process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_LIMIT_S):
            await self._store_process.wait()
        await self.start_store()

    async def freeze_store(self, seconds: float) -> None:
        """Let the store stand still for a while: connections stay, nothing is answered."""
        self._store_process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._store_process.send_signal(signal.SIGCONT)

    async def end_store(self) -> None:
        """End the store, also one that stands still."""
        if self._store_process.returncode is None:
            self._store_process.send_signal(signal.SIGCONT)
        await end(self._store_process)

    # --- the gateway ---

    async def start_gateway(self) -> None:
        """Start the workers and wait until one of them takes calls, and all are there."""
        log = self.folder / "gateway.log"
        command = python("gateway", "serve", "--workers", str(WORKERS))
        self.gateway = await start(command, self.environment, log)
        self.stack.push_async_callback(end, self.gateway)
        await self.until_ready(())

    async def until_ready(self, gone: tuple[int, ...], limit_s: float = START_LIMIT_S) -> None:
        """Wait until all workers serve, none of those in `gone` among them.

        Raises:
            RigError: they do not in time; the end of the log is in the message.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not await self._all_ready(gone):
                    if self.gateway.returncode is not None:
                        raise RigError(f"the gateway ended: {_last_words(self.folder / 'gateway.log')}")
                    await asyncio.sleep(0.1)
                return
        raise RigError(f"the gateway is not ready after {limit_s:.0f} s: {_last_words(self.folder / 'gateway.log')}")

    async def _all_ready(self, gone: tuple[int, ...]) -> bool:
        workers = set(self.workers) - set(gone)
        # A worker that has begun to serve has installed the server's handler for SIGTERM.
        serving = [pid for pid in workers if _handles_end(pid)]
        if len(serving) < WORKERS:
            return False
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:
                return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx2.HTTPError:
            return False

    async def replaced(self, pid: int, limit_s: float) -> bool:
        """Wait for the end of a worker and for the one that follows it; False if it still lives then."""
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    if not alive(pid):
                        break
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        await self.until_ready((pid,))
        return True

    @property
    def rolls(self) -> bool:
        """Whether the supervisor has a rolling restart of its own (SIGHUP)."""
        return catches(self.gateway.pid, signal.SIGHUP)

    # --- the model ---

    async def strike(self, strike: Strike) -> int:
        """Have the model break something; returns how many connections it struck."""
        assert self._model.stdin is not None
        assert self._model.stdout is not None
        async with self._model_turn, asyncio.timeout(10):
            self._model.stdin.write(msgspec.json.encode(strike) + b"\n")
            return int(await self._model.stdout.readline())

    async def start_model(self) -> None:
        """Start the model; the gateway is told where it is."""
        log = self.folder / "model.log"
        self._model = await start(python("infra.chaos.model", "0"), self.environment, log, speaks=True)
        self.stack.push_async_callback(end, self._model)
        assert self._model.stdout is not None
        async with asyncio.timeout(START_LIMIT_S):
            words = (await self._model.stdout.readline()).decode().split()
        if not words:
            raise RigError(f"the model ended: {_last_words(log)}")
        self.environment["OPENAI_REALTIME_URL"] = words[-1]

    async def start_deliveries(self) -> None:
        """Start the process that delivers orders: the product's, or one whose retries come sooner."""
        faster = python("infra.chaos.deliveries", f"{self.sooner:g}")
        command = python("gateway", "worker") if self.sooner == 1 else faster
        self.deliveries = await start(command, self.environment, self.folder / "worker.log")
        self.stack.push_async_callback(end, self.deliveries)


@asynccontextmanager
async def open_rig(folder: Path, sooner: float = 1.0) -> AsyncIterator[Rig]:
    """Everything up, nothing called yet.

    Args:
        folder: for logs and the store.
        sooner: see `Rig`.

    Raises:
        RigError: something does not start; the message holds its last words.
    """
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    async with AsyncExitStack() as stack:
        pos = await stack.enter_async_context(PosReceiver(secret))
        port, store_port = free_ports(2)
        restaurants = copy_examples(
            folder / "restaurants", f'[pos]\nurl = "{pos.url}"\nsecrets = ["env:{_POS_SECRET}"]\n'
        )
        environment = _environment(port, store_port, restaurants) | {_POS_SECRET: secret}
        rig = Rig(folder, port, store_port, pos, environment, stack, sooner)
        await rig.start_store()
        stack.push_async_callback(rig.end_store)
        rig.store = await stack.enter_async_context(await open_store(f"redis://127.0.0.1:{store_port}"))
        await rig.start_model()
        await rig.start_deliveries()
        await rig.start_gateway()
        yield rig


def _environment(port: int, store_port: int, restaurants: Path) -> dict[str, str]:
    """The gateway's: nothing of ours counts that is not said here."""
    settings = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in settings}
    return kept | {
        "GATEWAY_ENV": "development",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAY_SECRET": secrets.token_urlsafe(32),
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "OPENAI_API_KEY": MODEL_KEY,
        "REDIS_URL": f"redis://127.0.0.1:{store_port}",
        "RESTAURANTS_DIR": str(restaurants),
        "VAD_SILENCE_MS": "300",
        "DRAIN_SECONDS": "2",  # a worker that is told to end moves its calls; waiting for their end shows nothing
        "MAX_LOOP_LAG_MS": "500",  # the harness shares the cores: calls are to be struck, not turned away
        "LOG_FORMAT": "json",
    }


def _handles_end(pid: int) -> bool:
    try:
        return catches(pid, signal.SIGTERM)
    except OSError:
        return False


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-1_500:].strip()
