"""The model's side of one call: opened, configured, lost, recovered, and told what it must know.

Rules: never two connections for a call; nothing is said to a model before its session is as we want it; what another
attempt cannot mend is tried with another endpoint, if there is one; after too many losses, or without one, the leg ends
and `/twiml/next` decides.
"""

from datetime import datetime
from typing import Literal

from gateway import errors
from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.desk import Desk
from gateway.call.effects import CheckModel, CloseModel, ConfigureModel, Note, OpenModel, ReportError, RequestResponse
from gateway.call.farewell import Farewell
from gateway.call.holding import Holding
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.call.turns import Turns
from gateway.events import (
    ConnectionFailed,
    ModelChecked,
    ModelLost,
    ModelOpened,
    RecoveryFailed,
    RetryStarted,
    SessionEvent,
)
from gateway.orders.order import Order, OrderState
from gateway.orders.restaurant import Restaurant

LOSSES = 3
"""Model losses within `LOSS_WINDOW` seconds that are recovered from; one more ends the leg."""
LOSS_WINDOW = 60.0

ARRIVED = "arrived"
ARRIVED_PATIENCE = 2.5
"""Seconds from the end of the stream before, when the leg was moved: a caller who spoke between the two waits for an
answer."""
ARRIVED_LEAST = 1.0
"""Seconds that the new leg listens at least, however long the move took."""


class ModelConnection:
    """The connection of one call to its model."""

    def __init__(
        self,
        agenda: Agenda,
        machine: StateMachine,
        restaurant: Restaurant,
        desk: Desk,
        turns: Turns,
        farewell: Farewell,
        holding: Holding,
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._restaurant = restaurant
        self._desk = desk
        self._turns = turns
        self._farewell = farewell
        self._holding = holding
        self._configured = False
        self._losses: list[datetime] = []
        self._opened_for: Literal["leg", "loss", "move", "return"] = "leg"
        self._nobody_answered = False
        self._owes = False
        self._left_at: datetime | None = None
        self._kept_notes: list[str] = []
        self._hints: list[str] = []
        self._hints_told = 0
        self._lost_by: str | None = None
        self.up = False
        self.wished = False
        """Whether an answer was asked for that has not begun."""
        self.deaf_since: datetime | None = None
        """Since when the caller waits for a model that was asked whether it is there, and did not answer."""
        self._checked_since: datetime | None = None
        self.spare = False
        """Whether another endpoint may do what the one that serves cannot."""

    @property
    def moving(self) -> bool:
        """Whether the connection is being exchanged for a fresh one at a quiet moment."""
        return self._opened_for == "move" and not self.up

    # --- what the model is told ---

    def wish(self) -> None:
        """Wish that the model speaks. While a failed response waits for its retry, the retry is the wish."""
        if self.up and not self._agenda.timers.running("retry"):
            self._agenda.do(RequestResponse())
            self.wished = True

    def ask_again(self) -> None:
        """An answer that was wished for does not come: ask for it anew, without waiting for a retry."""
        if self.up:
            self._agenda.do(RequestResponse(again=True))
            self.wished = True

    def expect_answer(self) -> None:
        """The model's side answers by itself."""
        self.wished = self.up

    def check(self, since: datetime) -> None:
        """The model seems not to hear the caller, who waits since then: ask it whether it is there."""
        if self.up and self.deaf_since is None:
            self._checked_since = since
            self._agenda.do(CheckModel())

    def checked(self, event: ModelChecked) -> None:
        """What came of that."""
        self.deaf_since = None if event.answers or not self.up else self._checked_since

    def note(self, text: str) -> None:
        """Tell the model something; without one it is dropped, since a new one is told how things stand."""
        if self.up:
            self._agenda.do(Note(text))

    def note_surely(self, text: str) -> None:
        """Tell the model something that cannot be left unsaid: without one it is kept for the next."""
        if self.up:
            self.note(text)
        else:
            self._kept_notes.append(text)

    def hint(self, text: str) -> None:
        """Something that a colleague wants the agent to know: told to every model of the call."""
        self._hints.append(prompts.hint_note(text))
        self._tell_hints()

    def _tell_hints(self) -> None:
        if self.up:
            for hint in self._hints[self._hints_told :]:
                self._agenda.do(Note(hint))
            self._hints_told = len(self._hints)

    # --- its life ---

    def leg_started(
        self, *, nobody_answered: bool, returns: bool = False, left_at: datetime | None = None, owes: bool = False
    ) -> None:
        """A leg needs a model.

        Args:
            nobody_answered: the caller comes back from the staff's telephone.
            returns: the voice model takes over again from text-only turns, perhaps with a turn still to be answered.
            left_at: the leg before was moved here on purpose, and ended then.
            owes: the agent owed the caller something then.
        """
        self._opened_for = "return" if returns else "move" if left_at else "leg"
        self._nobody_answered, self._owes, self._left_at = nobody_answered, owes, left_at
        self._agenda.do(OpenModel())

    def gone(self) -> None:
        """There is no connection any more."""
        self.up = self._configured = self.wished = False
        self.deaf_since = self._checked_since = None
        self._agenda.timers.stop("retry")
        self._desk.model_gone()
        self._agenda.do(CloseModel())

    def opened(self, event: ModelOpened) -> None:
        """A socket is open: say what its session is to be."""
        if self._configured or self._machine.current_state not in (State.CONNECTED, State.RECOVERING):
            return
        self._configured = True
        self._hints_told = len(self._hints)
        self.spare = event.spare
        self._agenda.do(
            ConfigureModel(
                prompts.instructions(self._restaurant, event.at, texts=self._desk.no_text is None),
                tuple(self._desk.tools.schemas()),
                (self._desk.look_up("get_menu", event.at),),
                prompts.history(self._turns, self._hints),
            )
        )

    def session_event(self, event: SessionEvent, moved: bool) -> None:
        """The session is as we want it, or it is not to be had."""
        if not moved:
            return
        if event.type == "session.updated":
            self.up = True
            self._tell_hints()
            speaks = self._say_where_it_stands(event.at)
            kept, self._kept_notes = self._kept_notes, []
            for note in kept:
                self.note(note)
            if speaks or kept:
                self.wish()
        else:
            self.gone()
            code = errors.AUDIO_FORMAT_ERROR.code
            self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=code))

    def failed(self, event: ConnectionFailed, moved: bool) -> None:
        """The model cannot be reached."""
        if moved:  # Connecting -> Disconnected
            self._farewell.give_up_model(event.at, f"model: {event.code}")
        elif self._machine.current_state is State.RECOVERING:
            self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=event.code))

    def lost(self, event: ModelLost, *, quiet: bool) -> None:
        """The connection broke, or is exchanged for a fresh one (`planned`); the state is Error.

        `quiet`: nobody was speaking, and nothing was owed, so that nothing need be said about a planned move.
        """
        self.gone()
        kind = errors.ERRORS.get(event.code, errors.WS_CONNECTION_FAILED)
        self._opened_for = "move" if event.planned and quiet else "loss"
        self._owes = False
        self._lost_by = None if event.planned else kind.code
        if not event.planned:
            self._agenda.do(ReportError(kind.event(self._agenda.call_id, event.at, "the model was lost")))
            self._losses = [at for at in self._losses if (event.at - at).total_seconds() < LOSS_WINDOW] + [event.at]
            if len(self._losses) > LOSSES or not (kind.retry or self.spare):
                self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=kind.code))
                return
            self._holding.bridge(event.at)
        self._agenda.tell(RetryStarted(**self._agenda.stamp(event.at), attempt=len(self._losses)))

    def retry(self) -> None:
        """Try again; the sockets that wait in the pool may have died with the lost one."""
        self._agenda.do(OpenModel(fresh=True, after=self._lost_by))

    def recovery_failed(self, event: RecoveryFailed) -> None:
        """It is not to be had back."""
        self._farewell.give_up_model(event.at, f"model: {event.code}")

    def _say_where_it_stands(self, at: datetime) -> bool:
        """What a model that has just come up must know besides the history; True when it is to speak."""
        order, held, menu = self._desk.order, self._desk.held, self._restaurant.menu
        assert order is not None, "a leg has an order"
        if self._opened_for == "move" and not self._owes:
            self.note(prompts.MOVED_NOTE)  # the caller has noticed nothing, so nothing is said
            if self._left_at is not None:
                patience = ARRIVED_PATIENCE - (at - self._left_at).total_seconds()
                self._agenda.timers.start(ARRIVED, at, min(max(ARRIVED_LEAST, patience), ARRIVED_PATIENCE))
                self._left_at = None  # a later exchange of the model is no move
            return False
        asked_about_held = held is not None and not order.lines  # by a model that is gone, and not answered yet
        spoken = any(turn.speaker == "agent" for turn in self._turns)
        if self._nobody_answered or (spoken and not asked_about_held):
            self.note(self._resumed(order, prompts.summary(order, menu)))
        elif held is not None:
            self.note(prompts.held_order_note(prompts.summary(held, menu)))
        else:
            self.note(prompts.greeting_note(self._restaurant))
            if (why := self._desk.not_right_now(at)) is not None:
                self.note(prompts.closed_note(why))
        return True

    def come_back(self) -> None:
        """Nobody has spoken since the leg moved here: what the caller said meanwhile may have reached nobody."""
        order = self._desk.order
        assert order is not None, "a leg has an order"
        self.note(self._resumed(order, prompts.summary(order, self._restaurant.menu)))
        self.wish()

    def _resumed(self, order: Order, summary: str) -> str:
        """What a model is told that comes into a conversation which others began."""
        if order.state in (OrderState.SUBMITTED, OrderState.ACCEPTED):
            return prompts.placed_note(summary)
        if order.state is OrderState.REJECTED:
            return prompts.rejected_again_note(summary)
        if self._nobody_answered and self._opened_for == "leg":
            return prompts.returned_note(summary, order.state.value)
        note = prompts.resumed_note(summary, order.state.value) if self._opened_for == "leg" else prompts.RECOVERED_NOTE
        last = self._turns.last_of_caller()
        acted_on = last is not None and any(last.item_id in line.evidence for line in order.lines)
        return f"{note} {prompts.ACTED_ON}" if acted_on else note
