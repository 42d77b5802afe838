"""Starts the gateway with something that looks on from within: `python -m infra.bench.inside profile|counts FILE`.

`profile` runs `gateway.server.serve` under cProfile, timed by the thread's CPU clock, so that waiting for sockets
counts nothing. `counts` writes, at each SIGUSR1, how many tasks the event loop has and how many objects Python tracks. Only
runs that ask for it are started this way; all others measure `gateway serve` itself.
"""

import asyncio
import cProfile
import gc
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import msgspec

from gateway.logs import configure_logs
from gateway.server import serve
from gateway.settings import load_settings


class Counts(msgspec.Struct):
    """What only the process itself knows: unfinished tasks of its event loop, objects that the collector tracks."""

    tasks: int
    objects: int


def main(mode: str, file: str) -> None:
    """Serve until SIGTERM."""
    settings = load_settings(os.environ)
    configure_logs(settings)
    # uvicorn raises the signal again when it has ended; that must not end us before the profile is written.
    signal.signal(signal.SIGTERM, _end)
    if mode == "counts":
        signal.signal(signal.SIGUSR1, lambda _signal, _frame: _write_counts(Path(file)))
        serve(settings)
        return
    profile = cProfile.Profile(timer=time.thread_time)
    try:
        profile.runcall(serve, settings)
    finally:
        profile.dump_stats(file)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _write_counts(file: Path) -> None:
    gc.collect()
    part = file.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(Counts(len(asyncio.all_tasks()), len(gc.get_objects()))))
    part.rename(file)


if __name__ == "__main__":
    main(*sys.argv[1:3])
