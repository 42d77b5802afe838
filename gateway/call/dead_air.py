"""The watchdog over dead air: the agent owes the caller sound, and none comes.

It counts how long the caller waits: from the moment at which something is owed (a turn was committed, the model is
away or does not notice the caller, a tool or a submit is under way, a leg's first words are due) until the model is
heard. While the caller speaks it does not count; phrases that hold the line do not end a wait. Rules (design.md section
5, the failure ladder):

* after `FILLER` seconds without a sound a short phrase, and another every `HOLD_EVERY` seconds;
* after `ASK_AGAIN` seconds the answer is asked for once more; a model that answers nothing at all is exchanged;
* after `GIVE_UP` seconds an apology, and the leg ends: the order goes on without the voice model;
* a submit under way has a patience of its own, and another model would not make it quicker: only the phrases go on,
  and the model's time begins when it is over.

The slower retries of the error table go on behind it, so that a model that comes back in time is used.
"""

from datetime import datetime, timedelta

from gateway import errors
from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.effects import ClipName, PlayClip, ReportError
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.holding import HOLD_EVERY, Holding
from gateway.call.replies import Replies
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.call.turns import Turns
from gateway.events import ModelLost

FILLER = 1.2
ASK_AGAIN = 4.0
GIVE_UP = 8.0
MOVE_GRACE = 2.0
"""Seconds that a planned move to a fresh connection may take before it counts: nobody was waiting when it began."""
TIMER = "dead_air"
_EXACT = 0.001  # s; times of events are rounded to less


class DeadAir:
    """The watchdog of one call."""

    def __init__(
        self,
        agenda: Agenda,
        machine: StateMachine,
        floor: Floor,
        turns: Turns,
        desk: Desk,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        holding: Holding,
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._floor = floor
        self._turns = turns
        self._desk = desk
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._holding = holding
        self._since: datetime | None = None
        self._before = 0.0
        """Seconds waited before the caller spoke last."""
        self._asked = self._given_up = False
        self._first = True
        self._submitting = False
        self._newest: datetime | None = None
        """The time of the newest event: a submit's answer bears the time at which it was asked for."""

    def leg_started(self) -> None:
        """A new leg: the caller has waited for nothing in it."""
        self._given_up, self._newest = False, None
        self._holding.leg_started()
        self.stop()

    def stop(self) -> None:
        """Nothing is owed, or it is being paid."""
        self._since, self._before = None, 0.0
        self._asked, self._first = False, True
        self._agenda.timers.stop(TIMER)

    @property
    def owes(self) -> bool:
        """Whether the caller has something to hear from us."""
        return (
            not self._connection.up
            or self._connection.wished
            or self._connection.deaf_since is not None
            or self._replies.active is not None
            or self._desk.waits
            or self._agenda.timers.running("retry")
            or self._machine.current_state is State.PROCESSING
        )

    def look(self, at: datetime) -> None:
        """Something has happened: does the caller wait, since when, and when is something to be done about it?"""
        if self._given_up:
            return
        at = self._newest = at if self._newest is None else max(at, self._newest)
        if self._submitting and not self._desk.submitting:
            self._before, self._since, self._asked = 0.0, None, False
        self._submitting = self._desk.submitting
        if self._floor.talking or not self.owes:
            self.stop()
        elif self._floor.speaking:
            self._before, self._since = self._waited(at), None
            self._agenda.timers.stop(TIMER)
        else:
            if self._since is None:
                grace = MOVE_GRACE if self._connection.moving else 0.0
                self._since = (self._connection.deaf_since or at) + timedelta(seconds=grace)
            self._agenda.timers.start(TIMER, self._next(self._since), 0)

    def due(self, at: datetime) -> None:
        """It is time for the next step."""
        waited = self._waited(at)
        if waited >= GIVE_UP and not self._desk.submitting:
            self._give_up(at)
            return
        if waited >= ASK_AGAIN and not (self._asked or self._desk.submitting):
            self._asked = True
            self._ask_again(at)
        assert self._since is not None, "the deadline goes with the wait"
        if at >= self._sound_due(self._since):
            self._holding.bridge(at, self._phrase())

    def _waited(self, at: datetime) -> float:
        """Seconds, to the caller's ear."""
        return self._before + (0.0 if self._since is None else (at - self._since).total_seconds() + _EXACT)

    def _next(self, since: datetime) -> datetime:
        if self._desk.submitting:
            return self._sound_due(since)
        stage = GIVE_UP if self._asked else ASK_AGAIN
        return min(since + timedelta(seconds=stage - self._before), self._sound_due(since))

    def _sound_due(self, since: datetime) -> datetime:
        due = since + timedelta(seconds=FILLER)
        said = self._holding.last
        return due if said is None else max(due, said + timedelta(seconds=HOLD_EVERY))

    def _phrase(self) -> ClipName:
        """The first phrase of a wait says that a question is being looked at, if there was one; the others, to wait."""
        first, self._first = self._first, False
        return "let_me_see" if first and self._connection.up and self._turns.last_of_caller() else "hold"

    def _ask_again(self, at: datetime) -> None:
        """The model is asked once more. One that answers nothing, or that another can stand in for, is taken for lost.

        A response that is being made, or that waits for a tool of ours, is not asked for twice.
        """
        if not self._connection.up:
            return  # attempts to have it back go on by the error table
        if self._connection.deaf_since is not None or (self._connection.spare and not self._desk.waits):
            code = errors.MODEL_OVERLOADED.code
            self._agenda.tell(ModelLost(**self._agenda.stamp(at), code=code))
        elif self._replies.active is None and not self._desk.waits:
            self._connection.ask_again()

    def _give_up(self, at: datetime) -> None:
        """It was too long: say so, and go on without the voice model. A farewell that hangs ends as it was meant to."""
        self.stop()
        self._given_up = True
        if self._farewell.closing:
            self._farewell.overdue(at)
            return
        kind = errors.MODEL_OVERLOADED
        self._agenda.do(ReportError(kind.event(self._agenda.call_id, at, "the caller waited too long for an answer")))
        self._connection.gone()  # what it says from now on comes too late
        self._replies.reset()
        self._agenda.do(PlayClip("technical_trouble"))
        self._farewell.begin_with_clip(at, "model: dead air", "text_only")
