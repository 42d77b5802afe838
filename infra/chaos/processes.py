"""A process of the rig: started, watched, ended by its id. Every wait has a limit."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from infra.bench.proc import snapshot
from infra.processes import end_process

END_LIMIT_S: Final = 15.0


class RigError(Exception):
    """The rig does not work; the message says why."""


async def start(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, speaks: bool = False
) -> asyncio.subprocess.Process:
    """Start a program in a session of its own, so that Ctrl-C is for us alone and the others are ended in order.

    Args:
        command: the program and its arguments.
        environment: all of it.
        log: where its output goes; appended.
        speaks: its standard input and output are ours; errors still go to the log.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE if speaks else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if speaks else output.fileno(),
            stderr=output.fileno(),
            env=environment,
            start_new_session=True,
        )


def python(*arguments: str) -> list[str]:
    """The command for a program of this project."""
    return [sys.executable, "-m", *arguments]


async def end(process: asyncio.subprocess.Process, limit_s: float = END_LIMIT_S) -> None:
    """End a process and all that it started: asked first, then made to."""
    pids = children(process.pid) if process.returncode is None else ()
    await end_process(process, limit_s)
    for pid in pids:  # what outlived its parent
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children(pid: int) -> tuple[int, ...]:
    """The processes below one."""
    return snapshot(pid, memory=False).pids[1:]


def alive(pid: int) -> bool:
    """Whether a process is there."""
    return Path(f"/proc/{pid}").exists()


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal (proc(5), `SigCgt`)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def owner_of(peer_port: int, port: int, pids: Sequence[int]) -> int | None:
    """Which of some processes holds the server's end, on `port`, of the connection from `peer_port` (Linux)."""
    inode = ""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ours, theirs = int(fields[1].split(":")[1], 16), int(fields[2].split(":")[1], 16)
        if (ours, theirs) == (port, peer_port):
            inode = f"socket:[{fields[9]}]"
    for pid in pids:
        with suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if inode and str(entry.readlink()) == inode:
                        return pid
    return None
