"""EventLog: the event logs of all calls of a process, written behind their backs.

`append` costs a call some list operations and never waits. One task per partition writes what has gathered over its
calls in one script: at once when it was idle, so that a crash loses milliseconds, else in steps of `linger_s`. While
the store is away everything is kept and tried again; events have ids, so nothing is written twice. A cluster's node
that is away holds up its own partitions alone. Waiting events are bounded: a call that has more is cut off there, since
a log without its end still folds and one with holes does not.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from gateway.store import keys
from gateway.store.errors import (
    LeaseLostError,
    LogIncompleteError,
    StoreError,
    StoreRefusedError,
    StoreUnavailableError,
)
from gateway.store.records import Batch, Entry, Hold
from gateway.store.sessions import SessionStore

logger = structlog.get_logger(__name__)

_BATCH = 512  # events of one call in one script: a script holds up the whole server


@dataclass(slots=True)
class _Pending:
    """What waits to be written for one call."""

    restaurant_id: str
    call_id: str
    fence: int | None
    events: list[Entry] = field(default_factory=list)
    hold: Hold | None = None
    waiters: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)  # events until then, whom to tell
    failure: LeaseLostError | LogIncompleteError | None = None  # set when no more is taken


@dataclass(slots=True)
class _Partition:
    """The calls of one partition that have something to be written, and the task that writes it."""

    dirty: dict[str, _Pending] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    away: bool = False
    task: asyncio.Task[None] | None = None


class EventLog:
    """The logs of this process's calls. Run it: `async with EventLog(store) as log`.

    Attributes:
        away: whether a last write failed because the store, or a part of it, is away.
        dropped: events that were not kept, because too many waited or the lease was lost.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        on_lost: Callable[[str, StoreError], None] | None = None,
        on_away: Callable[[bool], None] | None = None,
        max_waiting: int = 50_000,
        max_waiting_per_call: int = 5_000,
        linger_s: float = 0.02,
    ) -> None:
        """Prepare the log.

        Args:
            store: where to write.
            on_lost: told (call id, LeaseLostError or LogIncompleteError) when a call's events are no longer taken.
            on_away: told True when the store stops answering and False when it is back.
            max_waiting: events that may wait, over all calls.
            max_waiting_per_call: events of one call that may wait.
            linger_s: least time between two writes.
        """
        self._store = store
        self._on_lost = on_lost
        self._on_away = on_away
        self._max_waiting = max_waiting
        self._max_per_call = max_waiting_per_call
        self._linger_s = linger_s
        self._calls: dict[str, _Pending] = {}
        self._parts: dict[int, _Partition] = {}
        self._waiting = 0
        self._leaving = False
        self.away = False
        self.dropped = 0

    async def __aenter__(self) -> "EventLog":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write what waits, if the store answers, and stop."""
        tasks = [part.task for part in self._parts.values() if part.task is not None]
        self._leaving = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._write_last(part) for part in self._parts.values()))
        for call_id in list(self._calls):
            self.close(call_id)

    @property
    def waiting(self) -> int:
        """Events that are not written yet."""
        return self._waiting

    def open(self, restaurant_id: str, call_id: str, fence: int | None) -> None:
        """Begin to write for a call, or go on with a new fence: that of its newest leg.

        The newest leg knows what was written when it took the call over. What its elder has not written until then is
        dropped: written under the new fence, it would be in the log and not in the leg's mind.
        """
        held = self._calls.get(call_id)
        if held is not None and held.fence != fence:
            self._drop(held, LeaseLostError(call_id))
        if held is None or held.fence != fence or held.failure is not None:
            self._calls[call_id] = _Pending(restaurant_id, call_id, fence)

    def append(self, call_id: str, events: Sequence[Entry], hold: Hold | None = None) -> None:
        """Have events written soon, the held order with them. Never waits, never raises for the store's state.

        Args:
            call_id: a call that was opened.
            events: (event id, JSON) in order.
            hold: the caller's open order as it is after these events; replaces one that still waits.
        """
        call = self._calls[call_id]
        full = len(call.events) + len(events) > self._max_per_call or self._waiting + len(events) > self._max_waiting
        if full and call.failure is None:
            self._fail(call, LogIncompleteError(call_id))
        if call.failure is not None:
            self.dropped += len(events)
            return
        call.events += events
        call.hold = hold or call.hold
        self._waiting += len(events)
        part = self._part_of(call)
        part.dirty[call_id] = call
        part.wake.set()

    async def flushed(self, call_id: str) -> None:
        """Wait until all that was appended for a call is in the store. Put a time-out around it.

        Raises:
            LeaseLostError: another leg has taken the call over.
            LogIncompleteError: too much was waiting for too long.
        """
        call = self._calls[call_id]
        if call.failure is not None:
            raise call.failure
        part = self._part_of(call)
        if call_id not in part.dirty:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call.waiters.append((len(call.events), done))
        part.hurry.set()
        await done

    def close(self, call_id: str) -> None:
        """Forget a call. Wait for `flushed` before: what still waits is dropped."""
        call = self._calls.pop(call_id, None)
        if call is not None:
            self._drop(call, LogIncompleteError(call_id))

    def _part_of(self, call: _Pending) -> _Partition:
        number = keys.partition(call.restaurant_id)
        part = self._parts.get(number)
        if part is None:
            part = self._parts[number] = _Partition()
            part.task = asyncio.create_task(self._write_forever(part), name=f"event log {number}")
        return part

    async def _write_forever(self, part: _Partition) -> None:
        pause = 0.0
        while not self._leaving:  # a cancellation that comes together with an answer is lost in the client
            await part.wake.wait()
            part.wake.clear()
            if await self._write(part):
                pause = 0.0
                await self._linger(part)
            else:
                pause = min(2.0, pause * 2 or 0.05)
                await asyncio.sleep(pause)
            if part.dirty:
                part.wake.set()

    async def _write_last(self, part: _Partition) -> None:
        while part.dirty and await self._write(part):
            pass

    async def _linger(self, part: _Partition) -> None:
        """Let events gather for a moment, unless somebody waits for them."""
        if part.hurry.is_set():
            part.hurry.clear()
            return
        try:
            async with asyncio.timeout(self._linger_s):
                await part.hurry.wait()
        except TimeoutError:
            return
        part.hurry.clear()

    async def _write(self, part: _Partition) -> bool:
        """Write what waits in a partition, once; False when its server is away."""
        calls = list(part.dirty.values())
        part.away = not (not calls or await self._write_calls(part, calls))
        away = any(other.away for other in self._parts.values())
        if away != self.away:
            self.away = away
            logger.warning("store.away" if away else "store.back", waiting=self._waiting)
            if self._on_away is not None:
                self._on_away(away)
        return not part.away

    async def _write_calls(self, part: _Partition, calls: list[_Pending]) -> bool:
        batches = [_batch(call) for call in calls]
        try:
            written = await self._store.append_many(batches)
        except StoreUnavailableError:
            return False
        except StoreRefusedError:  # one call is at fault: find it, and spare the others
            if len(calls) > 1:
                return all([await self._write_calls(part, [call]) for call in calls])
            logger.exception("store.refused", call_id=calls[0].call_id)
            written = [False]
            failure: type[LeaseLostError | LogIncompleteError] = LogIncompleteError
        else:
            failure = LeaseLostError
        for call, batch, kept in zip(calls, batches, written, strict=True):
            if part.dirty.get(call.call_id) is not call:
                continue  # closed while we wrote
            if kept:
                self._settle(call, batch)
            else:
                lost = failure(call.call_id)
                self._drop(call, lost)
                self._fail(call, lost)
        return True

    def _settle(self, call: _Pending, batch: Batch) -> None:
        count = len(batch.events)
        del call.events[:count]
        self._waiting -= count
        if call.hold is batch.hold:
            call.hold = None
        if not call.events and call.hold is None:
            del self._part_of(call).dirty[call.call_id]
        for until, done in call.waiters:
            if until <= count and not done.done():
                done.set_result(None)
        call.waiters = [(until - count, done) for until, done in call.waiters if until > count]

    def _fail(self, call: _Pending, failure: LeaseLostError | LogIncompleteError) -> None:
        """Take no more events of a call; what waits already is still written."""
        call.failure = failure
        logger.warning("store.log_cut", call_id=call.call_id, reason=type(failure).__name__)
        if self._on_lost is not None:
            self._on_lost(call.call_id, failure)

    def _drop(self, call: _Pending, failure: LeaseLostError | LogIncompleteError) -> None:
        """Write nothing more of a call."""
        self._part_of(call).dirty.pop(call.call_id, None)
        self._waiting -= len(call.events)
        self.dropped += len(call.events)
        call.events.clear()
        for _, done in call.waiters:
            if not done.done():
                done.set_exception(failure)
        call.waiters.clear()


def _batch(call: _Pending) -> Batch:
    events = tuple(call.events[:_BATCH])
    # the held order belongs behind the last event that led to it
    hold = call.hold if len(events) == len(call.events) else None
    return Batch(call.restaurant_id, call.call_id, call.fence, events, hold)
