"""The process of the callers: `python -m infra.bench.load JOB`.

Frames are sent on an absolute clock, 2 ms of calls after 2 ms of calls, so that no two waves of all callers collide and
lateness never adds up. The steps of a run are agreed over standard input and output: this process prints the name of
the step it has reached and goes on when a line comes in; when the input ends, so does the process.
"""

import asyncio
import gc
import sys
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import uvloop

from infra.bench.caller import Caller
from infra.bench.dialing import DialError, Dialled, Dialling, webhook_client
from infra.bench.level_code import FRAME_MS
from infra.bench.phone_socket import PhoneSocket
from infra.bench.plan import Plan
from infra.bench.records import ChurnJob, LoadJob, LoadRecord, write

_SLOTS = 10
_SLOT_S = FRAME_MS / 1_000 / _SLOTS
_WARM_CALL_S = 2.0
_SETTLE_S = 1.0
_LANDING_S = 2.0
"""How long what is on its way may still take after the window."""


class Clock:
    """Ticks every socket 50 times a second. `late`: how late the latest slots were begun, seconds."""

    def __init__(self) -> None:
        self._slots: list[list[PhoneSocket]] = [[] for _ in range(_SLOTS)]
        self._next = 0
        self.late = array("d")

    def add(self, socket: PhoneSocket) -> None:
        """Tick this socket from now on."""
        self._slots[self._next % _SLOTS].append(socket)
        self._next += 1

    def remove(self, socket: PhoneSocket) -> None:
        """Tick it no more."""
        for slot in self._slots:
            if socket in slot:
                slot.remove(socket)

    async def run(self) -> None:
        """Tick until cancelled."""
        began, count = time.monotonic(), 0
        while True:
            due = began + count * _SLOT_S
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            elif count % _SLOTS == 0:
                await asyncio.sleep(0)  # late: the sockets must be read all the same
            self.late.append(time.monotonic() - due)
            for socket in self._slots[count % _SLOTS]:
                socket.tick()
            count += 1


class Callers:
    """What the runs have in common: dialling, ticking, hanging up."""

    def __init__(self, dialling: Dialling, clock: Clock) -> None:
        self._dialling = dialling
        self._clock = clock
        self.failures: list[str] = []

    async def call(self, caller: Caller) -> tuple[PhoneSocket, Dialled] | None:
        """Begin a call; None when it failed."""
        try:
            dialled = await self._dialling.dial()
            socket = PhoneSocket(caller, dialled)
            await socket.open()
        except DialError as error:
            self.failures.append(str(error))
            return None
        self._clock.add(socket)
        return socket, dialled

    async def end(self, socket: PhoneSocket, dialled: Dialled) -> None:
        """The caller hangs up, and Twilio tells so."""
        self._clock.remove(socket)
        socket.hang_up()
        try:
            await self._dialling.completed(dialled)
        except DialError as error:
            self.failures.append(str(error))

    async def short_call(self, seconds: float) -> None:
        """A call that hears the greeting and hangs up."""
        if (begun := await self.call(Caller(0, Plan()))) is not None:
            await asyncio.sleep(seconds)
            await self.end(*begun)


class Steps:
    """The agreement with the process that started this one."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def reached(self, step: str) -> None:
        """Say that a step is reached, and go on when told to."""
        print(step, flush=True)
        if not await self._reader.readline():
            raise EOFError("nobody waits for the result any more")

    def tell(self, step: str) -> None:
        """Say where we are, and go on."""
        print(step, flush=True)


async def steady(job: LoadJob, callers: Callers, clock: Clock, steps: Steps) -> None:
    """`job.calls` calls at a time, measured in a window."""
    await callers.short_call(_WARM_CALL_S)  # what is loaded by a first call is no call's cost
    await asyncio.sleep(_SETTLE_S)
    await steps.reached("idle")
    begun: list[tuple[Caller, PhoneSocket, Dialled]] = []
    for call in range(job.calls):
        at = time.monotonic()
        caller = Caller(call, job.plan)
        if (opened := await callers.call(caller)) is not None:
            begun.append((caller, *opened))
        steps.tell(f"dialled {call + 1}")
        await asyncio.sleep(max(0.0, at + 1 / job.rate - time.monotonic()))
    gc.collect()
    gc.freeze()
    gc.disable()  # a measuring tool adds no pauses of its own
    await asyncio.sleep(job.warm_s)
    await steps.reached("window")
    del clock.late[:]
    await asyncio.sleep(job.window_s)
    late = clock.late[:]
    await steps.reached("measured")
    await asyncio.sleep(_LANDING_S)
    records = [caller.record(dropped=socket.closed) for caller, socket, _ in begun]
    await asyncio.gather(*(callers.end(socket, dialled) for _, socket, dialled in begun))
    write(LoadRecord(records, callers.failures, late.tobytes()), job.out)


async def churn(job: ChurnJob, callers: Callers, steps: Steps) -> None:
    """`job.calls` short calls, `job.together` at a time."""
    done = 0
    limit = asyncio.Semaphore(job.together)

    async def one() -> None:
        nonlocal done
        async with limit:
            await callers.short_call(job.seconds)
        done += 1
        steps.tell(f"ended {done}")

    await asyncio.gather(*(callers.short_call(job.seconds) for _ in range(job.together)))
    await asyncio.sleep(_SETTLE_S)
    await steps.reached("idle")
    await asyncio.gather(*(one() for _ in range(job.calls)))
    await asyncio.sleep(_SETTLE_S)
    await steps.reached("measured")
    write(LoadRecord([], callers.failures, b""), job.out)


@asynccontextmanager
async def _callers(job: LoadJob | ChurnJob) -> AsyncIterator[tuple[Callers, Clock]]:
    clock = Clock()
    ticking = asyncio.create_task(clock.run(), name="clock")
    async with webhook_client() as client:
        yield Callers(Dialling(client, job.voice_url, job.auth_token, job.called), clock), clock
    ticking.cancel()


async def main(kind: str, text: str) -> None:
    """Do one job."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    steps = Steps(reader)
    if kind == "churn":
        short = msgspec.json.decode(text, type=ChurnJob)
        async with _callers(short) as (callers, _):
            await churn(short, callers, steps)
    else:
        job = msgspec.json.decode(text, type=LoadJob)
        async with _callers(job) as (callers, clock):
            await steady(job, callers, clock, steps)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:3]))
