"""CPU time, memory and file descriptors of processes, from /proc (Linux; proc(5)).

CPU time is the scheduler's own count in nanoseconds (`schedstat`), summed over threads: the ticks of `stat` are too
coarse for a window of seconds. Memory is what the page tables say (`smaps_rollup`): the counters behind VmRSS are
kept per CPU and may be off by more than a call needs.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
STORE_NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: CPU seconds (user and system), resident bytes, open descriptors, threads."""

    cpu: float = 0.0
    rss: int = 0
    descriptors: int = 0
    threads: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.cpu + other.cpu,
            self.rss + other.rss,
            self.descriptors + other.descriptors,
            self.threads + other.threads,
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A process tree at a moment (monotonic seconds): the program's own processes, and the embedded store's."""

    at: float
    own: Usage
    store: Usage
    pids: tuple[int, ...]


def snapshot(pid: int, *, memory: bool = True) -> Snapshot:
    """The tree below and with `pid`; what has ended meanwhile counts nothing. Without `memory`, RSS is 0 (cheaper)."""
    at, own, store, pids = time.monotonic(), Usage(), Usage(), _tree(pid)
    for process in pids:
        usage = _usage(process, memory)
        if _name(process) in STORE_NAMES:
            store += usage
        else:
            own += usage
    return Snapshot(at, own, store, tuple(pids))


def core_busy(core: int) -> float:
    """Seconds that a CPU core has been busy since boot, with whatever."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            ticks = [int(field) for field in fields[:8]]
            return (sum(ticks) - ticks[3] - ticks[4]) / _TICK  # all but idle and iowait
    raise ValueError(f"there is no core {core}")


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        found.append(process := waiting.pop())
        for thread in _threads(process):
            waiting += [int(child) for child in _text(thread / "children").split()]
    return found


def _threads(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _name(pid: int) -> str:
    return _text(Path(f"/proc/{pid}/comm")).strip()


def _usage(pid: int, memory: bool) -> Usage:
    threads = _threads(pid)
    spent = [fields[0] for thread in threads if (fields := _text(thread / "schedstat").split())]
    rss = 0
    if memory:
        lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
        rss = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:")), 0)
    try:
        descriptors = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        descriptors = 0
    return Usage(sum(map(int, spent)) / 1e9, rss, descriptors, len(threads))
