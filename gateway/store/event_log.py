"""EventLog: the event logs of all calls of a process, written behind their backs.

`append` costs a call some list operations and never waits. One task per partition writes what has gathered over its
calls in one script: at once when it was idle, so that a crash loses milliseconds, else in steps of `linger_s`. While
the store is away everything is kept and tried again, also of calls that have ended meanwhile; events have ids, so
nothing is written twice. A cluster's node that is away holds up its own partitions alone. Waiting events are bounded: a
call that has more is cut off there, since a log without its end still folds and one with holes does not. A store that
comes back without its data, or without the newest of it, is given the logs of the calls that live here once more.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from gateway.store import keys
from gateway.store.errors import (
    LeaseLostError,
    LogIncompleteError,
    StoreError,
    StoreRefusedError,
    StoreUnavailableError,
)
from gateway.store.pending import Pending
from gateway.store.records import Batch, Delivery, Entry, Hold
from gateway.store.sessions import SessionStore

logger = structlog.get_logger(__name__)

AWAY_AFTER_S = 2.0
"""Seconds without an answer after which the store counts as away; its client tries on for longer."""


@dataclass(slots=True)
class _Partition:
    """The calls of one partition that have something to be written, and the task that writes it."""

    dirty: dict[str, Pending] = field(default_factory=dict)
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
        on_restored: Callable[[str], None] | None = None,
        max_waiting: int = 50_000,
        max_waiting_per_call: int = 5_000,
        linger_s: float = 0.02,
    ) -> None:
        """Prepare the log.

        Args:
            store: where to write.
            on_lost: told (call id, LeaseLostError or LogIncompleteError) when a call's events are no longer taken.
            on_away: told True when the store stops answering and False when it is back.
            on_restored: told the call id when the store had forgotten a call, and has its log again.
            max_waiting: events that may wait, over all calls.
            max_waiting_per_call: events of one call that may wait.
            linger_s: least time between two writes.
        """
        self._store = store
        self._on_lost = on_lost
        self._on_away = on_away
        self._on_restored = on_restored
        self._max_waiting = max_waiting
        self._max_per_call = max_waiting_per_call
        self._linger_s = linger_s
        self._calls: dict[str, Pending] = {}
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
        for call in list(self._calls.values()):
            self._drop(call, LogIncompleteError(call.call_id))
        self._calls.clear()

    @property
    def waiting(self) -> int:
        """Events that are not written yet."""
        return self._waiting

    def holds(self, call_id: str) -> bool:
        """Whether a call is written here, or has ended and something of it still waits."""
        return call_id in self._calls

    def open(self, restaurant_id: str, call_id: str, fence: int | None, written: Sequence[Entry] = ()) -> None:
        """Begin to write for a call, or go on with a new fence: that of its newest leg.

        The newest leg knows what was written when it took the call over. What its elder has not written until then is
        dropped: written under the new fence, it would be in the log and not in the leg's mind.

        Args:
            restaurant_id: of the call.
            call_id: the call.
            fence: of the leg; None for a writer that has no lease, whose events are never written again.
            written: the log as the leg found it.
        """
        held = self._calls.get(call_id)
        if held is not None and held.fence != fence:
            self._drop(held, LeaseLostError(call_id))
        if held is None or held.fence != fence or held.failure is not None:
            call = self._calls[call_id] = Pending(restaurant_id, call_id, fence)
            call.remember(written)

    def append(
        self, call_id: str, events: Sequence[Entry], hold: Hold | None = None, deliveries: Sequence[Delivery] = ()
    ) -> None:
        """Have events written soon, the held order with them. Never waits, never raises for the store's state.

        Args:
            call_id: a call that was opened.
            events: (event id, JSON) in order; none: only see to it that the log stands as it was written.
            hold: the caller's open order as it is after these events; replaces one that still waits.
            deliveries: what the POS is to be told of these events; enqueued in the step that writes them.
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
        call.deliveries += deliveries
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

    def submitted(self, call_id: str, event_id: str) -> None:
        """The store has put an event into the log by itself, behind all others, when it took an order."""
        if (call := self._calls.get(call_id)) is not None:
            call.after = event_id

    def close(self, call_id: str) -> None:
        """A call has ended here: forget it, once what still waits is written."""
        call = self._calls.get(call_id)
        if call is not None:
            call.ended = True
            self._forget_ended(call)

    def _forget_ended(self, call: Pending) -> None:
        waits = call.call_id in self._part_of(call).dirty
        if call.ended and not waits and self._calls.get(call.call_id) is call:
            del self._calls[call.call_id]

    def _part_of(self, call: Pending) -> _Partition:
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
        alarm = asyncio.get_running_loop().call_later(AWAY_AFTER_S, self._is_away, part, True)
        try:
            here = not calls or await self._write_calls(part, calls)
        finally:
            alarm.cancel()
        self._is_away(part, not here)
        return here

    def _is_away(self, part: _Partition, away: bool) -> None:
        """A server answers, or does not: an alarm, once for each time that one goes."""
        part.away = away
        away = any(other.away for other in self._parts.values())
        if away == self.away:
            return
        self.away = away
        if away:
            logger.error("store.away", waiting=self._waiting)
        else:
            logger.warning("store.back", waiting=self._waiting)
        if self._on_away is not None:
            self._on_away(away)

    async def _write_calls(self, part: _Partition, calls: list[Pending]) -> bool:
        batches = [call.batch() for call in calls]
        try:
            written = await self._store.append_many(batches)
        except StoreUnavailableError:
            return False
        except StoreRefusedError:  # one call is at fault: find it, and spare the others
            if len(calls) > 1:
                return all([await self._write_calls(part, [call]) for call in calls])
            logger.exception("store.refused", call_id=calls[0].call_id)
            written = ["fenced_off"]
            failure: type[LeaseLostError | LogIncompleteError] = LogIncompleteError
        else:
            failure = LeaseLostError
        for call, batch, kept in zip(calls, batches, written, strict=True):
            if part.dirty.get(call.call_id) is not call:
                continue  # closed while we wrote
            if kept == "kept":
                self._settle(call, batch)
            elif kept == "fenced_off":
                self._lose(call, failure(call.call_id))
            elif not await self._restore(part, call):
                return False
        return True

    async def _restore(self, part: _Partition, call: Pending) -> bool:
        """Give the store a log again that it has forgotten; what waits follows. False when it is away once more."""
        logger.error("store.forgot", call_id=call.call_id, events=len(call.written))
        if not call.written or call.fence is None:  # there is nothing to begin it with: go on with what comes
            call.after = ""
            return True
        try:
            kept = await self._store.restore(
                call.restaurant_id, call.call_id, call.fence, call.written, datetime.now(UTC)
            )
        except StoreUnavailableError:
            return False
        except StoreRefusedError:
            logger.exception("store.refused", call_id=call.call_id)
            self._lose(call, LogIncompleteError(call.call_id))
            return True
        if part.dirty.get(call.call_id) is not call:
            return True  # a newer leg took over while we wrote
        if not kept:
            self._lose(call, LeaseLostError(call.call_id))
            return True
        call.after = call.written[-1][0]
        call.forgotten()
        if self._on_restored is not None:
            self._on_restored(call.call_id)
        return True

    def _lose(self, call: Pending, failure: LeaseLostError | LogIncompleteError) -> None:
        self._drop(call, failure)
        self._fail(call, failure)
        self._forget_ended(call)

    def _settle(self, call: Pending, batch: Batch) -> None:
        count = len(batch.events)
        del call.events[:count]
        self._waiting -= count
        call.remember(batch.events)
        if call.hold is batch.hold:
            call.hold = None
        del call.deliveries[: len(batch.deliveries)]
        call.sent += batch.deliveries
        if call.idle:
            del self._part_of(call).dirty[call.call_id]
            self._forget_ended(call)
        for until, done in call.waiters:
            if until <= count and not done.done():
                done.set_result(None)
        call.waiters = [(until - count, done) for until, done in call.waiters if until > count]

    def _fail(self, call: Pending, failure: LeaseLostError | LogIncompleteError) -> None:
        """Take no more events of a call; what waits already is still written."""
        call.failure = failure
        logger.warning("store.log_cut", call_id=call.call_id, reason=type(failure).__name__)
        if self._on_lost is not None:
            self._on_lost(call.call_id, failure)

    def _drop(self, call: Pending, failure: LeaseLostError | LogIncompleteError) -> None:
        """Write nothing more of a call."""
        self._part_of(call).dirty.pop(call.call_id, None)
        self._waiting -= len(call.events)
        self.dropped += len(call.events)
        call.events.clear()
        call.deliveries.clear()
        for _, done in call.waiters:
            if not done.done():
                done.set_exception(failure)
        call.waiters.clear()
