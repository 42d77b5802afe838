"""Serving the application: uvicorn, with a drain in place of its own way of stopping.

Uvicorn closes every WebSocket as soon as SIGTERM comes (close 1012), which would cut every caller off. Here the first
signal makes the process unready and closes the listening sockets; calls that are on go on until they end or the
deadline comes. A second signal ends at once. Several workers are processes that share one listening socket.
"""

import asyncio
import signal
import socket
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

from gateway.app import Running, create_app
from gateway.framing import MediaWebSocketProtocol
from gateway.settings import Settings
from gateway.twilio.protocol import MAX_MESSAGE

DRAIN_SECONDS = 300.0
"""How long live calls may go on after SIGTERM. The container's grace period must be longer."""

log = structlog.get_logger(__name__)


class GatewayServer(uvicorn.Server):
    """A uvicorn server that drains."""

    def __init__(self, config: uvicorn.Config, app: Starlette, drain_seconds: float = DRAIN_SECONDS) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._draining: asyncio.Task[None] | None = None
        self._early: tuple[int, FrameType | None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; a signal that came meanwhile is heeded now, because what is half started cannot drain."""
        await super().startup(sockets)
        if self._early is not None and self.started:
            self.handle_exit(*self._early)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: stop at once."""
        if not self.started and self._early is None:
            self._early = (sig, frame)
            return
        running: Running | None = getattr(self._app.state, "running", None)
        if running is None or running.readiness.draining:
            super().handle_exit(sig, frame)
            return
        running.readiness.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(self._begin_drain, running, sig, frame)

    def _begin_drain(self, running: Running, sig: int, frame: FrameType | None) -> None:
        self._draining = asyncio.create_task(self._drain(running, sig, frame), name="drain")

    async def _drain(self, running: Running, sig: int, frame: FrameType | None) -> None:
        log.info("draining", calls=len(running.manager.sessions), signal=signal.Signals(sig).name)
        for server in self.servers:
            server.close()  # a draining process must not take calls from a socket it shares
        await running.manager.drain(self._drain_seconds)
        super().handle_exit(sig, frame)


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


def serve(settings: Settings, *, fd: int | None = None) -> None:
    """Serve in this process until a signal ends it. `fd`: a listening socket that a supervisor has opened."""
    app = create_app(settings)
    GatewayServer(uvicorn_config(app, settings, fd), app).run()


def listen(settings: Settings) -> socket.socket:
    """A listening socket that worker processes can inherit."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((settings.host, settings.port))
    opened.listen(2048)
    opened.set_inheritable(True)
    return opened
