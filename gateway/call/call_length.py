"""How long a call may last, over all of its legs: a warning, last words, the end.

Rules: the time runs from the call's first event; the model is warned `WARNING` seconds before the end, so that the
caller hears of it; then, once it does not speak, it says goodbye, or puts a caller with an open order through to a
person, and the order is held; last words that are interrupted or do not come end `LAST_WORDS` seconds later. A caller
for whom an operator types needs longer and has `RELAYED` times as long.
"""

from datetime import datetime, timedelta

from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.effects import NextStepName
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.replies import Replies
from gateway.call.turn_taking import TurnTaking
from gateway.orders.restaurant import Restaurant

TIMER = "length"
WARNING = timedelta(minutes=2)
LAST_WORDS = timedelta(seconds=45)
"""From the end of the call's time to the end of the leg, whatever happens."""
AGAIN = timedelta(seconds=2)
"""Until it is tried again, while the model is away or the agent speaks."""
RELAYED = 2
REASON = "the call has lasted as long as one may"


class CallLength:
    """The length of one call."""

    def __init__(
        self,
        agenda: Agenda,
        floor: Floor,
        restaurant: Restaurant,
        desk: Desk,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        turn_taking: TurnTaking,
    ) -> None:
        self._agenda = agenda
        self._floor = floor
        self._restaurant = restaurant
        self._desk = desk
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._turn_taking = turn_taking
        self._began: datetime | None = None
        self._said_goodbye = False
        self._ends: datetime | None = None

    def call_started(self, at: datetime) -> None:
        """The caller has rung."""
        self._began = at

    def leg_started(self, at: datetime) -> None:
        """A leg begins: its model knows nothing of the time that has passed, and has the time for last words."""
        self._said_goodbye = False
        self._ends = None
        if self._began is not None:
            self._wait(at, self._warning_at())

    def clock_stepped(self, step: timedelta) -> None:
        """The clock was set, by `step`; no time has passed."""
        if self._began is not None:
            self._began += step
        if self._ends is not None:
            self._ends += step

    def passed(self, at: datetime) -> None:
        """The timer has come."""
        if self._ends is None and at >= self._over_at():
            self._ends = at + LAST_WORDS
        if self._ends is not None:
            self._end(at, self._ends)
        elif at < self._warning_at():  # a relay operator was heard meanwhile
            self._wait(at, self._warning_at())
        elif self._connection.up:
            self._connection.note(prompts.LONG_CALL_NOTE)
            self._wait(at, self._over_at())
        else:
            self._wait(at, at + AGAIN)

    def _end(self, at: datetime, ends: datetime) -> None:
        if at >= ends:
            self._farewell.finish(at, REASON, self._following(at))
            return
        busy = not self._connection.up or self._replies.active is not None or self._floor.playing
        if self._said_goodbye or self._farewell.closing:
            self._wait(at, ends)
        elif busy:
            self._wait(at, min(ends, at + AGAIN))
        else:
            self._said_goodbye = True
            following = self._following(at)
            self._farewell.begin(at, REASON, following, spoken=True)
            self._connection.note(prompts.call_over_note(person=following == "transfer"))
            self._connection.wish()
            self._wait(at, ends)

    def _following(self, at: datetime) -> NextStepName:
        """An order that was begun is worth a person's time; a call that led nowhere is not."""
        return "transfer" if self._desk.unplaced and self._desk.person(at) else "goodbye"

    def _over_at(self) -> datetime:
        assert self._began is not None, "the timer runs from the call's first event"
        longer = RELAYED if self._turn_taking.relayed else 1
        return self._began + timedelta(minutes=self._restaurant.max_call_minutes * longer)

    def _warning_at(self) -> datetime:
        return self._over_at() - WARNING

    def _wait(self, at: datetime, until: datetime) -> None:
        self._agenda.timers.start(TIMER, at, max(0.0, (until - at).total_seconds()))
