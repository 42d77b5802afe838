"""The listening socket of the local Realtime server, which can let callers wait at the door.

A client whose upgrade is slow sees a TCP connection that stands and an HTTP answer that does not come. The kernel shows
just that while nobody accepts: so the fault closes the server's copy of the listening socket, keeps another one open,
and lets each caller in after the delay. Without the fault it costs nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable


class Door:
    """Listens on a loopback address.

    Args:
        serve: Starts serving on a socket, which then belongs to the server returned.
        host: Address to bind.
        port: Port, 0 for a free one.
    """

    def __init__(self, serve: Callable[[socket.socket], Awaitable[asyncio.Server]], host: str, port: int) -> None:
        self._serve = serve
        self._socket = socket.create_server((host, port), backlog=512)
        self._socket.setblocking(False)
        self._server: asyncio.Server | None = None
        self._delay_s = 0.0
        self._watching = False
        self._letting_in: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._socket.getsockname()[1])

    async def set_delay(self, seconds: float) -> None:
        """Opens the door (0), or lets every later caller wait for so long."""
        self._delay_s = seconds
        self._stop_waiting()
        self._shut()
        if seconds:
            self._watch()
        else:
            await self._open()

    def close(self) -> None:
        """Stops listening; connections that stand are not touched."""
        self._stop_waiting()
        self._shut()
        self._socket.close()

    def _watch(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket, self._knock)
        self._watching = True

    def _knock(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._watching = False
        self._letting_in = asyncio.get_running_loop().create_task(self._let_in())

    async def _let_in(self) -> None:
        await asyncio.sleep(self._delay_s)
        await self._open()
        # The loop accepts whoever waits, all at once, the next time it looks at the socket.
        for _ in range(3):
            await asyncio.sleep(0)
        self._shut()
        self._watch()

    async def _open(self) -> None:
        self._server = await self._serve(self._socket.dup())

    def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _stop_waiting(self) -> None:
        if self._watching:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._watching = False
        if self._letting_in is not None:
            self._letting_in.cancel()
            self._letting_in = None
