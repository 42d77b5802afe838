"""The processes of a run: placed on their cores, started, waited for, ended by id. Every wait has a limit.

With two cores or more the gateway has one of them to itself and everything else runs on another, so that no part of the
rig takes time from what it measures.
"""

import asyncio
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import msgspec

from gateway.local.examples import copy_examples
from gateway.settings import Settings
from infra.bench.dialing import webhook_client
from infra.bench.level_code import Encoding
from infra.bench.plan import Plan
from infra.bench.proc import snapshot
from infra.bench.records import ChurnJob, LoadJob, ModelJob
from infra.processes import end_process, free_ports

AUTH_TOKEN = "bench-auth-token"  # noqa: S105 - of nobody's account
CALLED = "+15550100000"
"""The number of the first example restaurant; its copy is open at every hour."""
START_LIMIT_S = 60.0
END_LIMIT_S = 20.0


class RunError(Exception):
    """A run could not be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Cores:
    """The gateway's core and the rig's; None on a machine with one core, where nothing is pinned."""

    gateway: int | None
    rig: int | None

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """The first core that we may use for the gateway, the last for the rig."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(usable[0], usable[-1]) if len(usable) > 1 else cls(None, None)


class Child:
    """A process of the rig that agrees on its steps with us, a line at a time."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.pid = process.pid
        self._process = process
        self._name = name

    async def line(self, limit_s: float) -> str:
        """The next line it prints.

        Raises:
            RunError: it ended, or said nothing for `limit_s` seconds.
        """
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(limit_s):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise RunError(f"the {self._name} was silent for {limit_s:.0f} s") from None
        if not line:
            raise RunError(f"the {self._name} ended in the middle of the run")
        return line.decode().strip()

    async def go_on(self) -> None:
        """Let it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        with suppress(ConnectionError):
            await self._process.stdin.drain()

    async def finish(self, limit_s: float = START_LIMIT_S) -> None:
        """Let it go on to its end.

        Raises:
            RunError: it failed, or does not end.
        """
        await self.go_on()
        try:
            async with asyncio.timeout(limit_s):
                status = await self._process.wait()
        except TimeoutError:
            raise RunError(f"the {self._name} does not end") from None
        if status:
            raise RunError(f"the {self._name} ended with status {status}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that takes calls."""

    pid: int
    voice_url: str


class Rig:
    """Starts what a run needs. Everything ends with the `async with` that gave it.

    Args:
        cores: where to run what.
        redis_url: a store of the user's own; None for the embedded one, on an empty folder.
        audio: what gateway and model exchange.
        keep: folder for logs and results; it is not removed.
    """

    def __init__(self, cores: Cores, *, redis_url: str | None, audio: Encoding, folder: Path) -> None:
        self.cores = cores
        self.folder = folder
        self._redis_url = redis_url
        self._audio = audio

    @asynccontextmanager
    async def gateway(
        self, calls: int, plan: Plan, inside: Sequence[str] = ()
    ) -> AsyncIterator[tuple[Gateway, Child, Path]]:
        """A scripted model and a gateway that serves with it, for up to `calls` calls at a time.

        Args:
            calls: at a time.
            plan: the script.
            inside: arguments of `infra.bench.inside`, which then starts the gateway; none: `gateway serve`.

        Returns:
            The gateway, the model, and the file of the model's account (there when the model has finished).

        Raises:
            RunError: they do not start. The end of the gateway's log is in the message.
        """
        async with AsyncExitStack() as stack:
            account = self.folder / "model.record"
            model = await stack.enter_async_context(
                self._child("model", "infra.bench.model", msgspec.json.encode(ModelJob(str(account), plan)).decode())
            )
            words = (await model.line(START_LIMIT_S)).split()
            data = Path(tempfile.mkdtemp(prefix="store-", dir=self.folder))
            stack.callback(shutil.rmtree, data, ignore_errors=True)
            environment = self._environment(calls, data, f"ws://127.0.0.1:{words[-1]}/v1/realtime")
            command = ["-m", "infra.bench.inside", *inside] if inside else ["-m", "gateway", "serve"]
            yield await stack.enter_async_context(self._serving(command, environment)), model, account

    def load(self, kind: str, job: LoadJob | ChurnJob) -> "_Started":
        """The process of the callers."""
        return self._child("load generator", "infra.bench.load", kind, msgspec.json.encode(job).decode())

    def _environment(self, calls: int, data: Path, model_url: str) -> dict[str, str]:
        """The gateway's: nothing of ours counts that is not said here."""
        settings = {name.upper() for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in settings}
        (port,) = free_ports(1)  # PUBLIC_URL must name it before the gateway starts
        ours = {
            "GATEWAY_ENV": "development",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GATEWAY_SECRET": secrets.token_urlsafe(32),
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "OPENAI_API_KEY": "bench",
            "OPENAI_REALTIME_URL": model_url,
            "OPENAI_REALTIME_AUDIO": self._audio,
            "DATA_DIR": str(data),
            "RESTAURANTS_DIR": str(copy_examples(data / "restaurants")),
            "MAX_CALLS": str(max(calls + 10, Settings.model_fields["max_calls"].default)),
            "LOG_FORMAT": "json",
        }
        return kept | ours | ({"REDIS_URL": self._redis_url} if self._redis_url else {})

    @asynccontextmanager
    async def _serving(self, command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Gateway]:
        log = self.folder / "gateway.log"
        url = environment["PUBLIC_URL"]
        with log.open("ab") as output:
            process = await self._start(command, self.cores.gateway, output=output.fileno(), environment=environment)
        try:
            await _ready(url, process, log)
            yield Gateway(process.pid, f"{url}/twiml/voice")
        finally:
            await _end_tree(process)

    def _child(self, name: str, module: str, *arguments: str) -> "_Started":
        return _Started(self, name, ["-m", module, *arguments])

    async def _start(
        self,
        command: Sequence[str],
        core: int | None,
        *,
        output: int,
        errors: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> asyncio.subprocess.Process:
        """Start Python on a core. The child inherits the place, so ours is changed while it is started."""
        before = os.sched_getaffinity(0)
        if core is not None:
            os.sched_setaffinity(0, {core})
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output if errors is None else errors,
                env=environment,
                start_new_session=True,  # Ctrl-C is for us; we end the others in order
            )
        finally:
            os.sched_setaffinity(0, before)


class _Started:
    """A child of the rig, for `async with`."""

    def __init__(self, rig: Rig, name: str, command: Sequence[str]) -> None:
        self._rig, self._name, self._command = rig, name, command
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Child:
        with (self._rig.folder / "rig.log").open("ab") as errors:
            self._process = await self._rig._start(  # noqa: SLF001 - two parts of one thing
                self._command, self._rig.cores.rig, output=asyncio.subprocess.PIPE, errors=errors.fileno()
            )
        return Child(self._process, self._name)

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        await end_process(self._process, END_LIMIT_S)


async def _ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the gateway takes calls."""
    async with webhook_client() as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(START_LIMIT_S):
                while process.returncode is None:
                    with suppress(httpx2.HTTPError):
                        if (await client.get(f"{url}/readyz")).status_code == 200:
                            return
                    await asyncio.sleep(0.1)
    raise RunError(f"the gateway did not start:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-1_000:].strip()


async def _end_tree(process: asyncio.subprocess.Process) -> None:
    """End the gateway, and what it left behind if it had to be killed (an embedded store lives on by design)."""
    pids = snapshot(process.pid, memory=False).pids if process.returncode is None else ()
    await end_process(process, END_LIMIT_S)
    if process.returncode == -signal.SIGKILL:
        for pid in pids[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
