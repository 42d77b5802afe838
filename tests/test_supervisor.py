"""Workers: started, replaced, signalled together, never left behind. Real processes."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from gateway import server
from gateway.supervisor import HOPELESS, LONGEST_PAUSE_S, MOVE_ON, Supervisor, pause_before, worker_command

# A worker that says its pid, and ends when its lifeline is cut or it is told to.
WORKER = """
import os, signal, sys, threading
from gateway.supervisor import MOVE_ON, end_with_parent
done = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: done.set())
signal.signal(MOVE_ON, lambda *_: done.set())
end_with_parent(int(sys.argv[1]))
with open(sys.argv[3], "a") as file:
    file.write(f"{os.getpid()}\\n")
os.write(int(sys.argv[2]), b"ready")
done.wait()
"""


def test_pauses_double_up_to_a_limit() -> None:
    assert [pause_before(failures) for failures in range(4)] == [0.0, 0.5, 1.0, 2.0]
    assert pause_before(50) == LONGEST_PAUSE_S


def test_the_command_of_a_worker() -> None:
    command = worker_command(7)(9, 11)
    assert command[0] == sys.executable
    assert command[1:] == ("-m", "gateway", "serve", "--fd", "7", "--lifeline", "9", "--ready", "11")
    assert MOVE_ON == server.MOVE_ON, "neither knows the other"


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened.fileno()


def workers(said: Path) -> Callable[[int, int], Sequence[str]]:
    return lambda lifeline, ready: (sys.executable, "-c", WORKER, str(lifeline), str(ready), str(said))


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
    parent = Supervisor(workers(said), 2, listening, pause=lambda _: 0.0)
    running = asyncio.create_task(parent.run())
    first = await pids(said, 2)
    os.kill(first[0], signal.SIGKILL)
    both = await pids(said, 3)
    assert parent.restarts == 1
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    assert not any(alive(pid) for pid in both)
    assert parent.pids == set()


async def test_workers_that_die_at_once_are_given_up(listening: int) -> None:
    command = (sys.executable, "-c", "raise SystemExit(3)")
    parent = Supervisor(lambda *_: command, 1, listening, pause=lambda _: 0.0)
    assert await parent.run() == 1
    assert parent.restarts == HOPELESS - 1


async def test_a_process_that_is_not_to_be_had_is_asked_for_again_and_harms_nobody(
    tmp_path: Path, listening: int
) -> None:
    said, asked = tmp_path / "pids", list[int]()

    def command(lifeline: int, ready: int) -> Sequence[str]:
        asked.append(ready)
        if len(asked) in (2, 4):
            raise BlockingIOError("no more processes")
        return workers(said)(lifeline, ready)

    parent = Supervisor(command, 2, listening, pause=lambda _: 0.0)
    running = asyncio.create_task(parent.run())
    both = await pids(said, 2)
    assert parent.restarts == 1
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(30):
        while len(asked) < 4:  # noqa: ASYNC110 - the renewal that fails
            await asyncio.sleep(0.02)
    assert all(alive(pid) for pid in both)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0


async def test_a_signal_ends_the_wait_for_a_replacement(listening: int) -> None:
    waits = asyncio.Event()

    def pause(_failures: int) -> float:
        waits.set()
        return 3600

    parent = Supervisor(lambda *_: (sys.executable, "-c", ""), 1, listening, pause=pause)
    running = asyncio.create_task(parent.run())
    async with asyncio.timeout(30):
        await waits.wait()
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0


async def test_no_worker_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    said = tmp_path / "pids"
    program = f"""
import asyncio, sys
from gateway.supervisor import Supervisor
command = lambda lifeline, ready: (sys.executable, "-c", {WORKER!r}, str(lifeline), str(ready), {str(said)!r})
asyncio.run(Supervisor(command, 2, 0).run())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    started = await pids(said, 2)
    process.kill()
    await process.wait()
    async with asyncio.timeout(10):
        while any(alive(pid) for pid in started):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)


async def test_on_request_each_worker_is_replaced_once_the_new_one_is_ready(tmp_path: Path, listening: int) -> None:
    said = tmp_path / "pids"
    parent = Supervisor(workers(said), 2, listening)
    running = asyncio.create_task(parent.run())
    first = await ready(parent, 2)
    os.kill(os.getpid(), signal.SIGHUP)
    four = await pids(said, 4)
    await gone(first)
    for _ in range(250):  # the parent is told a moment after
        if parent.pids == set(four) - first:
            break
        await asyncio.sleep(0.02)
    assert parent.pids == set(four) - first
    assert all(alive(pid) for pid in parent.pids)
    assert parent.restarts == 0
    os.kill(os.getpid(), signal.SIGHUP)
    six = await pids(said, 6)
    await gone(four)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0
    await gone(six)


async def test_a_new_worker_that_does_not_get_ready_leaves_the_old_ones_alone(tmp_path: Path, listening: int) -> None:
    good, asked = workers(tmp_path / "pids"), [0]

    def command(lifeline: int, ready: int) -> Sequence[str]:
        asked[0] += 1
        if asked[0] == 3:
            return (sys.executable, "-c", "import time; time.sleep(60)")
        return (sys.executable, "-c", "raise SystemExit(3)") if asked[0] == 4 else good(lifeline, ready)

    parent = Supervisor(command, 2, listening, ready_within=0.5)
    running = asyncio.create_task(parent.run())
    first = await ready(parent, 2)
    for number in (3, 4):
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(30):
            while asked[0] < number or parent.pids != first:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
    parent.ready_within = 30
    os.kill(os.getpid(), signal.SIGHUP)
    await gone(first)
    assert asked == [6]
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 0


async def test_an_old_worker_that_does_not_end_is_killed(tmp_path: Path, listening: int) -> None:
    parent = Supervisor(workers(tmp_path / "pids"), 1, listening, retire_within=0.2)
    running = asyncio.create_task(parent.run())
    (old,) = await ready(parent, 1)
    os.kill(old, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGHUP)
    await gone([old])
    assert await ready(parent, 1) != {old}
    os.kill(os.getpid(), signal.SIGTERM)
    done, _ = await asyncio.wait({running}, timeout=10)
    if not done:  # the replacement was not over yet: a second signal ends all at once
        os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 20) == 0


async def test_a_signal_ends_all_also_in_the_middle_of_a_replacement(tmp_path: Path, listening: int) -> None:
    good, asked = workers(tmp_path / "pids"), [0]

    def command(lifeline: int, ready: int) -> Sequence[str]:
        asked[0] += 1
        return good(lifeline, ready) if asked[0] == 1 else (sys.executable, "-c", "import time; time.sleep(60)")

    parent = Supervisor(command, 1, listening)
    running = asyncio.create_task(parent.run())
    await ready(parent, 1)
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: len(parent.pids) == 2)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 10) == 0
    assert parent.pids == set()


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not what():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def ready(parent: Supervisor, count: int) -> set[int]:
    """The workers, once so many of them are ready and no other is there."""
    await until(lambda: len(parent.workers) == count and all(worker.ready.is_set() for worker in parent.workers))
    return parent.pids


async def gone(ended: Iterable[int]) -> None:
    await until(lambda: not any(alive(pid) for pid in ended))
