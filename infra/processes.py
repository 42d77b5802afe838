"""What the rigs share: ending a process that they started, free ports, and the folder of a run."""

import asyncio
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_KEPT: Final = "kept"


async def end_process(process: asyncio.subprocess.Process, limit_s: float) -> None:
    """End one process: asked first, then made to; each time it has `limit_s` seconds."""
    if process.stdin is not None:
        process.stdin.close()
    for ask in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):  # the gateway drains on the first, ends on the second
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(ask)
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@contextmanager
def run_folder(keep: Path | None, prefix: str) -> Iterator[Path]:
    """The folder for logs and accounts: the user's, or a temporary one that goes unless it is kept meanwhile."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        if not (folder / _KEPT).exists():
            shutil.rmtree(folder, ignore_errors=True)


def keep_folder(folder: Path) -> Path:
    """Keep a folder that would go."""
    (folder / _KEPT).touch()
    return folder
