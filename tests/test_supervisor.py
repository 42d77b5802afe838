"""Workers: started, replaced, signalled together, never left behind. Real processes."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gateway.supervisor import HOPELESS, LONGEST_PAUSE_S, Supervisor, pause_before, worker_command

# A worker that says its pid, and ends when its lifeline is cut or it is told to.
WORKER = """
import os, signal, sys, threading
from gateway.supervisor import end_with_parent
done = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: done.set())
end_with_parent(int(sys.argv[1]))
with open(sys.argv[2], "a") as file:
    file.write(f"{os.getpid()}\\n")
done.wait()
"""


def test_pauses_double_up_to_a_limit() -> None:
    assert [pause_before(failures) for failures in range(4)] == [0.0, 0.5, 1.0, 2.0]
    assert pause_before(50) == LONGEST_PAUSE_S


def test_the_command_of_a_worker() -> None:
    command = worker_command(7)(9)
    assert command[0] == sys.executable
    assert command[1:] == ("-m", "gateway", "serve", "--fd", "7", "--lifeline", "9")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened.fileno()


def workers(said: Path) -> Callable[[int], Sequence[str]]:
    return lambda lifeline: (sys.executable, "-c", WORKER, str(lifeline), str(said))


async def pids(said: Path, count: int) -> list[int]:
    async with asyncio.timeout(30):
        while len(found := read(said)) < count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    return found


def read(said: Path) -> list[int]:
    return [int(pid) for pid in said.read_text().split()] if said.exists() else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_dead_worker_is_replaced_and_a_signal_ends_all(tmp_path: Path, listening: int) -> None:
    said = tmp_path / "pids"
    supervisor = Supervisor(workers(said), 2, listening, pause=lambda _: 0.0)
    running = asyncio.create_task(supervisor.run())
    first = await pids(said, 2)
    os.kill(first[0], signal.SIGKILL)
    both = await pids(said, 3)
    assert supervisor.restarts == 1
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    assert not any(alive(pid) for pid in both)
    assert supervisor.pids == set()


async def test_workers_that_die_at_once_are_given_up(listening: int) -> None:
    command = (sys.executable, "-c", "raise SystemExit(3)")
    supervisor = Supervisor(lambda _: command, 1, listening, pause=lambda _: 0.0)
    assert await supervisor.run() == 1
    assert supervisor.restarts == HOPELESS - 1


async def test_a_signal_ends_the_wait_for_a_replacement(listening: int) -> None:
    waits = asyncio.Event()

    def pause(_failures: int) -> float:
        waits.set()
        return 3600

    supervisor = Supervisor(lambda _: (sys.executable, "-c", ""), 1, listening, pause=pause)
    running = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(30):
        await waits.wait()
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0


async def test_no_worker_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    said = tmp_path / "pids"
    program = f"""
import asyncio, sys
from gateway.supervisor import Supervisor
command = lambda lifeline: (sys.executable, "-c", {WORKER!r}, str(lifeline), {str(said)!r})
asyncio.run(Supervisor(command, 2, 0).run())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    started = await pids(said, 2)
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(10):
        while any(alive(pid) for pid in started):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)
