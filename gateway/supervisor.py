"""Several worker processes on one listening socket: started, watched, replaced, ended together.

The parent opens the socket and never serves; each worker is `python -m gateway serve` with the socket inherited. Rules:
a worker that dies is replaced after a pause that doubles while workers keep dying at once; SIGTERM and SIGINT go to all
workers (the first drains, the second moves all calls at once); on SIGHUP each worker is replaced, one after the other:
a new one is there and says that it is ready before the old one is told to move its calls and end. No worker outlives
its parent, because each holds one end of a pipe (`lifeline`) and drains when the other end is gone.
"""

import asyncio
import contextlib
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
READY_WITHIN_S: Final = 60.0
"""A new worker that is not ready by then is no replacement: the old one stays."""
RETIRE_WITHIN_S: Final = 90.0
"""An old worker that has not ended by then is killed; each step of its drain is bounded, and together they are less."""
MOVE_ON: Final = signal.SIGUSR1
"""Tells a worker that another one is there for its calls (`gateway.server`)."""

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


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process. `ready`: it takes calls; `ended`: it is gone; `retired`: it is to end, and not replaced."""

    process: asyncio.subprocess.Process
    started: float
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    retired: bool = False

    def listen(self, pipe: int) -> None:
        """Wait for the worker to say that it is ready; the pipe is closed then, or when the worker is gone."""
        loop = asyncio.get_running_loop()

        def heard() -> None:
            loop.remove_reader(pipe)
            if os.read(pipe, 16):
                self.ready.set()
            os.close(pipe)

        loop.add_reader(pipe, heard)


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` workers running.

    Args:
        command: makes the command of a worker from the descriptors of its lifeline and of the pipe to say "ready" on.
        count: how many workers.
        listening: descriptor of the listening socket, inherited by every worker.
        pause: seconds before a replacement, from the number of quick deaths in a row.
        ready_within: seconds that a new worker has to become ready.
        retire_within: seconds that an old one has to move its calls and end.

    Attributes:
        workers: those that run now, also the ones that are about to end.
        restarts: how many workers were replaced because they had died.
    """

    command: Callable[[int, int], Sequence[str]]
    count: int
    listening: int
    pause: Callable[[int], float] = pause_before
    ready_within: float = READY_WITHIN_S
    retire_within: float = RETIRE_WITHIN_S
    workers: list[Worker] = field(default_factory=list)
    restarts: int = 0
    _failures: int = 0
    _lifeline: int = -1
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _renewal: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pids(self) -> set[int]:
        """The processes of the workers."""
        return {worker.process.pid for worker in self.workers}

    async def run(self) -> int:
        """Run until a signal has ended all workers, or until they die again and again. Returns the exit status."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            loop.add_signal_handler(number, self._forward, number)
        loop.add_signal_handler(signal.SIGHUP, self._renewal.set)
        self._lifeline, kept = os.pipe()  # our end of it closes when this process ends, be it by SIGKILL
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self.count):
                    tasks.create_task(self._keep_one(None), name="worker")
                tasks.create_task(self._renew_on_request(tasks), name="renewal")
        finally:
            os.close(self._lifeline)
            os.close(kept)
            for number in (*signals, signal.SIGHUP):
                loop.remove_signal_handler(number)
        return 1 if self._failures >= HOPELESS else 0

    def _forward(self, number: int) -> None:
        """A signal for us is one for all workers. They have no terminal of their own, so Ctrl-C reaches them once."""
        self._stopping.set()
        log.info("supervisor.stopping", signal=signal.Signals(number).name, workers=len(self.workers))
        self._signal(number)

    def _signal(self, number: int) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and is waited for just now
                os.kill(pid, number)

    # --- one worker ---

    async def _start(self) -> Worker:
        """A new process; raises OSError when there is none to be had."""
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command(self._lifeline, writing),
                pass_fds=(self.listening, self._lifeline, writing),
                start_new_session=True,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        worker = Worker(process, asyncio.get_running_loop().time())
        worker.listen(reading)
        self.workers.append(worker)
        if self._stopping.is_set():  # the signal came while it was being started
            process.terminate()
        return worker

    async def _keep_one(self, worker: Worker | None) -> None:
        """Keep one worker running, or its successors, until it is retired or everything ends."""
        loop = asyncio.get_running_loop()
        while worker is not None or not self._stopping.is_set():
            status, lived = -1, 0.0
            try:
                worker = worker or await self._start()
            except OSError as error:  # no process or pipe is to be had just now: the others go on
                log.error("supervisor.not_started", reason=str(error))
            else:
                status = await worker.process.wait()
                self.workers.remove(worker)
                worker.ended.set()
                if self._stopping.is_set() or worker.retired:
                    return
                lived = loop.time() - worker.started
            worker = None
            self._failures = 0 if lived >= STEADY_S else self._failures + 1
            log.error("supervisor.worker_died", status=status, lived_s=round(lived, 1))
            if self._failures >= HOPELESS:
                log.error("supervisor.gave_up", deaths=self._failures)
                self._stopping.set()
                self._signal(signal.SIGTERM)
                return
            await self._first_of(self.pause(self._failures), self._stopping)
            self.restarts += 1

    # --- new workers for old ones ---

    async def _renew_on_request(self, tasks: asyncio.TaskGroup) -> None:
        while await self._first_of(None, self._renewal, self._stopping) and not self._stopping.is_set():
            self._renewal.clear()
            log.info("supervisor.renewing", workers=len(self.workers))
            for old in [worker for worker in self.workers if not worker.retired]:
                if not await self._renew(old, tasks):
                    break
            log.info("supervisor.renewed", workers=len(self.workers))

    async def _renew(self, old: Worker, tasks: asyncio.TaskGroup) -> bool:
        """Put a new worker in an old one's place; False when there is none, or everything ends."""
        if old.ended.is_set():
            return True  # it died meanwhile, and has a successor
        try:
            new = await self._start()
        except OSError as error:
            log.error("supervisor.not_renewed", reason=str(error))
            return False
        await self._first_of(self.ready_within, new.ready, self._stopping, watched=new)
        if not new.ready.is_set():
            log.error("supervisor.not_renewed", reason="the new worker does not become ready")
            new.retired = True
            if new.process.returncode is None and not self._stopping.is_set():
                new.process.kill()
            await self._keep_one(new)
            return False
        tasks.create_task(self._keep_one(new), name="worker")
        old.retired = True
        if not old.ended.is_set() and not self._stopping.is_set():
            old.process.send_signal(MOVE_ON if old.ready.is_set() else signal.SIGTERM)
        if not await self._first_of(self.retire_within, old.ended, self._stopping):
            log.error("supervisor.killed", reason="an old worker does not end")
            old.process.kill()
        return not self._stopping.is_set()

    async def _first_of(self, seconds: float | None, *events: asyncio.Event, watched: Worker | None = None) -> bool:
        """Wait for one of the events, or the end of the process `watched`; False when the time is over."""
        waits: list[asyncio.Future[bool]] = [asyncio.ensure_future(event.wait()) for event in events]
        if watched is not None:
            waits.append(asyncio.ensure_future(_gone(watched)))
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        return bool(done)


async def _gone(worker: Worker) -> bool:
    """Wait for a worker that nobody keeps yet."""
    await worker.process.wait()
    return True


def worker_command(listening: int) -> Callable[[int, int], Sequence[str]]:
    """The command of a worker: this Python, this program, with the listening socket and the two pipes inherited."""

    def command(lifeline: int, ready: int) -> Sequence[str]:
        inherited = {"--fd": listening, "--lifeline": lifeline, "--ready": ready}
        words = (word for name, descriptor in inherited.items() for word in (name, str(descriptor)))
        return (sys.executable, "-m", "gateway", "serve", *words)

    return command
