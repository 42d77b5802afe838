"""Several worker processes on one listening socket: started, watched, started anew when they die, ended together.

The parent opens the socket and never serves; each worker is `python -m gateway serve` with the socket inherited. Rules:
a worker that dies is replaced after a pause that doubles while workers keep dying at once; a signal goes to all workers
(the first drains, the second stops); no worker outlives its parent, because each holds one end of a pipe (`lifeline`)
and drains when the other end is gone.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

STEADY_S: Final = 10.0
"""A worker that lived for so long had started well: what ended it is not in its configuration."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
HOPELESS: Final = 6
"""So many deaths one after another, none after a steady life: the supervisor gives up, so that its own end is seen."""

log = structlog.get_logger(__name__)


def pause_before(failures: int) -> float:
    """Seconds to wait before a worker is replaced, after `failures` quick deaths in a row (0: none)."""
    return 0.0 if failures == 0 else min(FIRST_PAUSE_S * 2.0 ** (failures - 1), LONGEST_PAUSE_S)


def end_with_parent(lifeline: int) -> None:
    """In a worker: drain when the other end of this pipe is closed, however the parent ended (`read` returns then)."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` workers running.

    Args:
        command: makes the command of a worker from the descriptor of its lifeline.
        count: how many workers.
        listening: descriptor of the listening socket, inherited by every worker.
        pause: seconds before a replacement, from the number of quick deaths in a row.

    Attributes:
        pids: the workers that run now.
        restarts: how many workers were replaced.
    """

    command: Callable[[int], Sequence[str]]
    count: int
    listening: int
    pause: Callable[[int], float] = pause_before
    pids: set[int] = field(default_factory=set)
    restarts: int = 0
    _failures: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Run until a signal has ended all workers, or until they die again and again. Returns the exit status."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            loop.add_signal_handler(number, self._forward, number)
        lifeline, kept = os.pipe()  # our end of it closes when this process ends, be it by SIGKILL
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self.count):
                    tasks.create_task(self._keep_one(lifeline), name="worker")
        finally:
            os.close(lifeline)
            os.close(kept)
            for number in signals:
                loop.remove_signal_handler(number)
        return 1 if self._failures >= HOPELESS else 0

    def _forward(self, number: int) -> None:
        """A signal for us is one for all workers. They have no terminal of their own, so Ctrl-C reaches them once."""
        self._stopping.set()
        log.info("supervisor.stopping", signal=signal.Signals(number).name, workers=len(self.pids))
        self._signal(number)

    def _signal(self, number: int) -> None:
        for pid in self.pids:
            os.kill(pid, number)  # a child that was not waited for still owns its pid

    async def _keep_one(self, lifeline: int) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            worker = await asyncio.create_subprocess_exec(
                *self.command(lifeline), pass_fds=(self.listening, lifeline), start_new_session=True
            )
            self.pids.add(worker.pid)
            if self._stopping.is_set():  # the signal came while it was being started
                worker.terminate()
            status = await worker.wait()
            self.pids.discard(worker.pid)
            if self._stopping.is_set():
                return
            self._failures = 0 if loop.time() - started >= STEADY_S else self._failures + 1
            log.error("supervisor.worker_died", status=status, lived_s=round(loop.time() - started, 1))
            if self._failures >= HOPELESS:
                log.error("supervisor.gave_up", deaths=self._failures)
                self._stopping.set()
                self._signal(signal.SIGTERM)
                return
            await self._wait(self.pause(self._failures))
            self.restarts += 1

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def worker_command(listening: int) -> Callable[[int], Sequence[str]]:
    """The command of a worker: this Python, this program, with the listening socket and the lifeline inherited."""

    def command(lifeline: int) -> Sequence[str]:
        return (sys.executable, "-m", "gateway", "serve", "--fd", str(listening), "--lifeline", str(lifeline))

    return command
