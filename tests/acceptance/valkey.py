"""A Valkey of a test's own, that can be killed, stopped in its tracks, and started again with or without its data."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis

from gateway.store import EmbeddedServer


class Valkey:
    """The embedded server on a folder, as `gateway` starts it: everything is appended to a file as it is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: list[EmbeddedServer] = []
        self.url = ""
        self.pid = 0

    async def start(self) -> None:
        """Start it, or start it again after `kill`."""
        server = EmbeddedServer(self._folder)
        self._servers.append(server)
        await asyncio.to_thread(server.start)
        self.url = server.url
        with redis.Redis.from_url(server.url) as client:
            self.pid = int(client.info("server")["process_id"])

    async def kill(self) -> None:
        """SIGKILL; what was written is in the file."""
        os.kill(self.pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while Path(f"/proc/{self.pid}").exists():  # noqa: ASYNC110, ASYNC240 - another process
                await asyncio.sleep(0.01)

    def lose_everything(self) -> None:
        """Remove what a killed server has kept."""
        shutil.rmtree(self._folder / "appendonlydir")

    def stop(self) -> None:
        """Freeze it: connections stand, and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on where it was frozen."""
        os.kill(self.pid, signal.SIGCONT)

    async def close(self) -> None:
        """Stop it in good order."""
        for server in self._servers:
            await asyncio.to_thread(server.close)


@asynccontextmanager
async def valkey_on(folder: Path) -> AsyncIterator[Valkey]:
    """A server of one's own, until the block ends."""
    valkey = Valkey(folder)
    await valkey.start()
    try:
        yield valkey
    finally:
        await valkey.close()
