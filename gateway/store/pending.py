"""What waits to be written for one call, and what is known to be written: see `gateway.store.event_log`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.store.errors import LeaseLostError, LogIncompleteError
from gateway.store.records import Batch, Delivery, Entry, Hold

_BATCH = 512  # events of one call in one script: a script holds up the whole server
MOST_REMEMBERED = 20_000
"""Events of a call that are remembered for a store that forgets; a longer log is not written again."""


@dataclass(slots=True)
class Pending:
    """One call of the event log.

    Attributes:
        events: what waits, oldest first.
        hold: the held order that waits; it belongs behind the last event that led to it.
        deliveries: messages for the POS that wait; they, too.
        sent: those that were written; a store that forgot them is given them again.
        written: what the store has, oldest first; empty when that is too much.
        after: the id of the newest event that the store has ("": it is not asked for it).
        ended: to be forgotten once nothing waits.
        waiters: events until then, whom to tell.
        failure: set when no more is taken.
    """

    restaurant_id: str
    call_id: str
    fence: int | None
    events: list[Entry] = field(default_factory=list)
    hold: Hold | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    written: list[Entry] = field(default_factory=list)
    after: str = ""
    ended: bool = False
    waiters: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)
    failure: LeaseLostError | LogIncompleteError | None = None
    _too_long: bool = False

    def batch(self) -> Batch:
        """What is to be written next."""
        events = tuple(self.events[:_BATCH])
        whole = len(events) == len(self.events)
        hold, deliveries = (self.hold, tuple(self.deliveries)) if whole else (None, ())
        return Batch(self.restaurant_id, self.call_id, self.fence, events, hold, self.after, deliveries)

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self.events and self.hold is None and not self.deliveries

    def forgotten(self) -> None:
        """The store has lost what it had, and has the events again: the messages wait once more."""
        self.deliveries = [*self.sent, *self.deliveries]
        self.sent = []

    def remember(self, events: Sequence[Entry]) -> None:
        """The store has these events."""
        if not events or self.fence is None or self._too_long:
            return
        self.written += events
        self.after = events[-1][0]
        if len(self.written) > MOST_REMEMBERED:
            self._too_long = True
            self.written.clear()
            self.after = ""
