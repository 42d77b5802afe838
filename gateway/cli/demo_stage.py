"""Everything that the demo needs, started on free loopback ports and ended by what was started.

The gateway runs as a real subprocess, told everything by its environment, as in a deployment; model, POS and phone run
in this process, unless the POS is one that the user has running. Rules: whatever ends the demo, its children end: they
are stopped by pid, and if this process is killed the gateway drains because its lifeline is cut. The embedded store is
shared with the gateway; the last one to leave stops it, and if nobody could, the next demo on the folder adopts it.
"""

import asyncio
import fcntl
import json
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from gateway.brain.brain import Brain
from gateway.cli.pos_secret import new_secret
from gateway.local.examples import copy_examples
from gateway.local.pos import PosReceiver
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.sounds import Sounds
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import RestaurantErrors, load_restaurants
from gateway.settings import Settings
from gateway.store import SessionStore, open_store

START_S = 30.0
STOP_S = 10.0
POS_SECRET = "DEMO_POS_SECRET"  # noqa: S105 - the name of a variable, not a secret
PORT = 8000
"""The gateway's port when the POS is elsewhere, if it is free: where a POS looks for it that was told nothing else."""

Progress = Callable[[str], None]


class StageError(Exception):
    """The demo could not be set up; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs.

    Attributes:
        restaurant: that is called, as the gateway serves it.
        url: the gateway's public URL.
        auth_token: signs the phone's requests.
        model: the local Realtime server.
        pos: the POS; None: it is elsewhere.
        pos_url: where it gets its messages.
        store: the store that the gateway writes to.
        log: the gateway's log file.
    """

    restaurant: Restaurant
    url: str
    auth_token: str
    model: RealtimeServer
    pos: PosReceiver | None
    pos_url: str
    store: SessionStore
    log: Path


@asynccontextmanager
async def set_stage(
    data_dir: Path,
    restaurant_id: str,
    sounds: Sounds,
    progress: Progress,
    *,
    elsewhere: tuple[str, str] | None = None,
    retry_speed: float = 1,
) -> AsyncIterator[Stage]:
    """Start it all; end it all when the block ends.

    Args:
        data_dir: of the embedded store; made if it is missing.
        restaurant_id: of the example that is rung; all of them are served.
        sounds: how the model hears and speaks.
        progress: told what is being started.
        elsewhere: URL and signing secret of a POS that runs already; None: one is started.
        retry_speed: how many times sooner than in life a failed message is tried again.

    Raises:
        StageError: something does not start, or another demo uses the folder.
        EmbeddedServerError: the embedded store does not start.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_alone(data_dir))
        progress("starting the store")
        store = await stack.enter_async_context(await open_store(None, data_dir))
        progress("starting the model's stand-in" + ("" if elsewhere else " and the POS"))
        key, token = secrets.token_urlsafe(16), secrets.token_hex(16)
        options = ServerOptions(keys=frozenset({key}), threads=sounds.threads, keep=0)
        model = await stack.enter_async_context(RealtimeServer(Brain, sounds.ears, sounds.agent, options=options))
        pos_url, pos_secret = elsewhere or ("", new_secret())
        pos = None
        if elsewhere is None:
            pos = await stack.enter_async_context(PosReceiver(pos_secret))
            pos_url = pos.url
        folder = stack.enter_context(_restaurants(pos_url))
        try:
            served = {restaurant.id: restaurant for restaurant in load_restaurants(folder, {POS_SECRET: pos_secret})}
        except RestaurantErrors as errors:  # of all that is in them, only the POS is the user's
            reasons = "; ".join(dict.fromkeys(problem.reason for problem in errors.problems))
            raise StageError(f"--pos and --pos-secret do not make an endpoint: {reasons}") from None
        progress("starting the gateway")
        listening = _listening(0 if elsewhere is None else PORT)
        port = listening.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        environment = {
            "GATEWAY_ENV": "development",
            "PORT": str(port),
            "PUBLIC_URL": url,
            "GATEWAY_SECRET": secrets.token_urlsafe(32),
            "DATA_DIR": str(data_dir),
            "RESTAURANTS_DIR": str(folder),
            POS_SECRET: pos_secret,
            "POS_RETRY_SPEED": str(retry_speed),
            "TWILIO_AUTH_TOKEN": token,
            "OPENAI_API_KEY": key,
            "OPENAI_REALTIME_URL": model.url,
            "LOG_FORMAT": "json",
            **sounds.settings,
        }
        log = data_dir / "gateway.log"
        process = await stack.enter_async_context(_gateway(environment, listening, log))
        await _until_ready(url, process, log)
        yield Stage(served[restaurant_id], url, token, model, pos, pos_url, store, log)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two demos on one folder would take each other's orders to their own POS."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "demo.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError(f"another demo is running on {folder}; name another folder with --data-dir") from None
        yield


def _listening(port: int) -> socket.socket:
    """A listening socket on this port, or on any when it is taken."""
    with suppress(OSError):
        return socket.create_server(("127.0.0.1", port))
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def _restaurants(pos_url: str) -> Iterator[Path]:
    """A copy of the example restaurants, open at every hour, whose orders go to the POS of the demo."""
    with tempfile.TemporaryDirectory(prefix="voice-ordering-demo-") as scratch:
        pos = f'[pos]\nurl = {json.dumps(pos_url)}\nsecrets = ["env:{POS_SECRET}"]\n'
        yield copy_examples(Path(scratch) / "restaurants", pos)


@asynccontextmanager
async def _gateway(
    environment: Mapping[str, str], listening: socket.socket, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`gateway serve` as a process of its own, in a session of its own, so that Ctrl-C is for the demo alone."""
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    lifeline, kept = os.pipe()
    command = (sys.executable, "-m", "gateway", "serve", "--fd", str(listening.fileno()), "--lifeline", str(lifeline))
    try:
        with listening, log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                env={**inherited, **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(listening.fileno(), lifeline),
                start_new_session=True,
            )
    except BaseException:
        os.close(kept)
        raise
    finally:
        os.close(lifeline)
    try:
        yield process
    finally:
        os.close(kept)  # its lifeline: it drains
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that has been told to drain; be firmer when it takes too long."""
    for last_word in (process.terminate, process.kill):
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
                return
        except TimeoutError:
            last_word()
    await process.wait()


async def _until_ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with httpx2.AsyncClient(trust_env=False, timeout=START_S) as client:
        try:
            async with asyncio.timeout(START_S):
                while process.returncode is None:
                    with suppress(httpx2.TransportError):
                        if (await client.get(f"{url}/readyz")).status_code == httpx2.codes.OK:
                            return
                    await asyncio.sleep(0.05)
            reason = f"ended at once with status {process.returncode}"
        except TimeoutError:
            reason = f"did not become ready in {START_S:.0f} s"
    raise StageError(f"the gateway {reason}:\n{_last_lines(log)}")


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
