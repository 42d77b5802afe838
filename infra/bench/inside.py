"""Starts the gateway with something that looks on from within: `python -m infra.bench.inside profile|counts FILE`.

`profile`: the first SIGUSR1 starts a profile, the second ends it and writes it to the file (pstats). It is timed by the
wall clock, the cheapest: no function waits for anything, only the loop does, and the loop's time is not taken from the
profile but from the thread's CPU clock. Processes of others on the same core are in the functions' times.
`counts`: each SIGUSR1 writes how many tasks the event loop has and how many objects Python tracks.
Runs that do not ask for this measure `gateway serve` itself.
"""

import asyncio
import cProfile
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from gateway.logs import configure_logs
from gateway.server import serve
from gateway.settings import load_settings
from infra.bench.records import Counts, Spent, spent_file


def main(mode: str, file: str) -> None:
    """Serve until SIGTERM."""
    settings = load_settings(os.environ)
    configure_logs(settings)
    look: Callable[[], None] = _Profile(Path(file)) if mode == "profile" else lambda: _count(Path(file))
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: look())
    serve(settings)


class _Profile:
    """Starts and ends the profile in turns. Works in the signal's handler, at the root of all calls."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._profile = cProfile.Profile()
        self._began: float | None = None

    def __call__(self) -> None:
        if self._began is None:
            self._began = time.thread_time()
            self._profile.enable()
            return
        self._profile.disable()
        spent = Spent(time.thread_time() - self._began)
        self._began = None
        self._profile.dump_stats(self._file)
        _write(spent, spent_file(self._file))


def _count(file: Path) -> None:
    gc.collect()
    _write(Counts(len(asyncio.all_tasks()), len(gc.get_objects())), file)


def _write(told: msgspec.Struct, file: Path) -> None:
    """The file is there whole or not at all."""
    part = file.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(told))
    part.rename(file)


if __name__ == "__main__":
    main(*sys.argv[1:3])
