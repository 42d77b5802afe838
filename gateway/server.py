"""Serving the application: uvicorn, with a drain in place of its own way of stopping.

Uvicorn closes every WebSocket as soon as SIGTERM comes (close 1012), which would cut every caller off. Here the first
signal makes the process unready and closes the listening sockets; calls that are on go on until they end or the
deadline comes, and are then moved: their streams are closed at a quiet moment, and Twilio connects them to another
process. A second signal moves them at once, a third one ends the process. Several workers are processes that share one
listening socket; `MOVE_ON` tells one that another is there in its place, so that its calls are moved without delay.
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

from gateway.app import Running, create_app
from gateway.framing import MediaWebSocketProtocol
from gateway.settings import Settings
from gateway.twilio.protocol import MAX_MESSAGE

MOVE_ON = signal.SIGUSR1
"""As SIGTERM, but nothing is gained by waiting: another process takes the calls."""
CLOSE = (b"connection", b"close")
"""Header with which answers end a connection that a proxy would keep (RFC 9112 section 9.6)."""

READY = b"ready"
"""What a worker writes to its supervisor."""

log = structlog.get_logger(__name__)


class GatewayServer(uvicorn.Server):
    """A uvicorn server that drains."""

    def __init__(
        self,
        config: uvicorn.Config,
        app: Starlette,
        drain_seconds: float,
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        """A server that does not serve yet.

        Args:
            config: uvicorn's.
            app: with its parts in `app.state.running` once it has started.
            drain_seconds: how long live calls may go on after the first signal (`DRAIN_SECONDS`).
            on_ready: told when calls are taken.
        """
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._on_ready = on_ready
        self._draining: asyncio.Task[None] | None = None
        self._hurried = False
        self._early: tuple[int, FrameType | None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; a signal that came meanwhile is heeded now, because what is half started cannot drain."""
        await super().startup(sockets)
        if not self.started:
            return
        if self._early is not None:
            self.handle_exit(*self._early)
        elif self._on_ready is not None:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take `MOVE_ON` as well as uvicorn's signals."""
        before = signal.signal(MOVE_ON, self.handle_exit)
        try:
            with super().capture_signals():
                yield
        finally:
            signal.signal(MOVE_ON, before)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: move all calls at once. Third: stop."""
        if not self.started and self._early is None:
            self._early = (sig, frame)
            return
        running: Running | None = getattr(self._app.state, "running", None)
        if running is None or self._hurried:
            super().handle_exit(sig, frame)
            return
        step = self._hurry if running.readiness.draining else self._begin_drain
        self._hurried = running.readiness.draining
        running.readiness.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(step, running, sig, frame)

    def _hurry(self, running: Running, sig: int, _frame: FrameType | None) -> None:
        log.info("draining_at_once", calls=len(running.manager.sessions), signal=signal.Signals(sig).name)
        running.manager.hurry()

    def _begin_drain(self, running: Running, sig: int, frame: FrameType | None) -> None:
        self._draining = asyncio.create_task(self._drain(running, sig, frame), name="drain")

    async def _drain(self, running: Running, sig: int, frame: FrameType | None) -> None:
        log.info("draining", calls=len(running.manager.sessions), signal=signal.Signals(sig).name)
        for server in self.servers:
            server.close()  # a draining process must not take calls from a socket it shares
        self.config.encoded_headers.append(CLOSE)  # uvicorn copies these once a second
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        await running.manager.drain(0 if sig == MOVE_ON else self._drain_seconds)
        super().handle_exit(signal.SIGTERM if sig == MOVE_ON else sig, frame)


def uvicorn_config(app: Starlette, settings: Settings, fd: int | None = None) -> uvicorn.Config:
    """Uvicorn as this application needs it: no compression of media, small messages, the sansio WebSocket server."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        fd=fd,
        loop="uvloop",
        http="httptools",
        ws=MediaWebSocketProtocol,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # media flows 50 times a second, and the lease finds half-open legs
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def serve(settings: Settings, *, fd: int | None = None, ready: int | None = None) -> None:
    """Serve in this process until a signal ends it.

    Args:
        settings: checked.
        fd: a listening socket that a supervisor has opened.
        ready: a pipe on which the supervisor is told that calls are taken; it is closed then.
    """
    app = create_app(settings)

    def tell() -> None:
        if ready is not None:
            with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(ready, READY)
            os.close(ready)

    GatewayServer(uvicorn_config(app, settings, fd), app, settings.drain_seconds, tell).run()


def listen(settings: Settings) -> socket.socket:
    """A listening socket that worker processes can inherit."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((settings.host, settings.port))
    opened.listen(2048)
    opened.set_inheritable(True)
    return opened
