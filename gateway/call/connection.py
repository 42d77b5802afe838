"""The model's side of one call: opened, configured, lost, recovered, and told what it must know.

Rules: never two connections for a call; nothing is said to a model before its session is as we want it; after too many
losses, or one that another attempt cannot mend, the leg ends and `/twiml/next` decides.
"""

from datetime import datetime
from typing import Literal

from gateway import errors
from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.desk import Desk
from gateway.call.effects import CloseModel, ConfigureModel, Note, OpenModel, PlayClip, ReportError, RequestResponse
from gateway.call.farewell import Farewell
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.call.turns import Turns
from gateway.events import ConnectionFailed, ModelLost, RecoveryFailed, RetryStarted, SessionEvent
from gateway.orders.order import Order, OrderState
from gateway.orders.restaurant import Restaurant

LOSSES = 3
"""Model losses within `LOSS_WINDOW` seconds that are recovered from; one more ends the leg."""
LOSS_WINDOW = 60.0


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
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._restaurant = restaurant
        self._desk = desk
        self._turns = turns
        self._farewell = farewell
        self._configured = False
        self._losses: list[datetime] = []
        self._opened_for: Literal["leg", "loss", "move"] = "leg"
        self._nobody_answered = False
        self._kept_note: str | None = None
        self.up = False

    # --- what the model is told ---

    def wish(self) -> None:
        """Wish that the model speaks. While a failed response waits for its retry, the retry is the wish."""
        if self.up and not self._agenda.timers.running("retry"):
            self._agenda.do(RequestResponse())

    def note(self, text: str) -> None:
        """Tell the model something; without one it is dropped, since a new one is told how things stand."""
        if self.up:
            self._agenda.do(Note(text))

    def note_surely(self, text: str) -> None:
        """Tell the model something that cannot be left unsaid: without one it is kept for the next."""
        if self.up:
            self.note(text)
        else:
            self._kept_note = text if self._kept_note is None else f"{self._kept_note} {text}"

    # --- its life ---

    def leg_started(self, *, nobody_answered: bool) -> None:
        """A leg needs a model; `nobody_answered`: the caller comes back from the staff's telephone."""
        self._opened_for = "leg"
        self._nobody_answered = nobody_answered
        self._agenda.do(OpenModel())

    def gone(self) -> None:
        """There is no connection any more."""
        self.up = self._configured = False
        self._agenda.timers.stop("retry")
        self._desk.model_gone()
        self._agenda.do(CloseModel())

    def opened(self, at: datetime) -> None:
        """A socket is open: say what its session is to be."""
        if self._configured or self._machine.current_state not in (State.CONNECTED, State.RECOVERING):
            return
        self._configured = True
        self._agenda.do(
            ConfigureModel(
                prompts.instructions(self._restaurant, at),
                tuple(self._desk.tools.schemas()),
                (self._desk.look_up("get_menu", at),),
                prompts.history(self._turns),
            )
        )

    def session_event(self, event: SessionEvent, moved: bool) -> None:
        """The session is as we want it, or it is not to be had."""
        if not moved:
            return
        if event.type == "session.updated":
            self.up = True
            speaks = self._say_where_it_stands(event.at)
            kept, self._kept_note = self._kept_note, None
            if kept is not None:
                self.note(kept)
            if speaks or kept is not None:
                self.wish()
        else:
            self.gone()
            code = errors.AUDIO_FORMAT_ERROR.code
            self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=code))

    def failed(self, event: ConnectionFailed, moved: bool) -> None:
        """The model cannot be reached."""
        if moved:  # Connecting -> Disconnected
            self._farewell.finish(event.at, f"model: {event.code}", "apologise")
        elif self._machine.current_state is State.RECOVERING:
            self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=event.code))

    def lost(self, event: ModelLost, *, playing: bool) -> None:
        """The connection broke, or is exchanged for a fresh one (`planned`); the state is Error."""
        self.gone()
        kind = errors.ERRORS.get(event.code, errors.WS_CONNECTION_FAILED)
        self._opened_for = "move" if event.planned else "loss"
        if not event.planned:
            self._agenda.do(ReportError(kind.event(self._agenda.call_id, event.at, "the model was lost")))
            self._losses = [at for at in self._losses if (event.at - at).total_seconds() < LOSS_WINDOW] + [event.at]
            if len(self._losses) > LOSSES or not kind.retry:
                self._agenda.tell(RecoveryFailed(**self._agenda.stamp(event.at), code=kind.code))
                return
            if not playing:
                self._agenda.do(PlayClip("hold"))
        self._agenda.tell(RetryStarted(**self._agenda.stamp(event.at), attempt=len(self._losses)))

    def retry(self) -> None:
        """Try again; the sockets that wait in the pool may have died with the lost one."""
        self._agenda.do(OpenModel(fresh=True))

    def recovery_failed(self, event: RecoveryFailed) -> None:
        """It is not to be had back."""
        self._farewell.finish(event.at, f"model: {event.code}", "apologise")

    def _say_where_it_stands(self, at: datetime) -> bool:
        """What a model that has just come up must know besides the history; True when it is to speak."""
        order, held, menu = self._desk.order, self._desk.held, self._restaurant.menu
        assert order is not None, "a leg has an order"
        if self._opened_for == "move":
            self.note(prompts.MOVED_NOTE)  # the caller has noticed nothing, so nothing is said
            return False
        if self._nobody_answered or any(turn.speaker == "agent" for turn in self._turns):
            self.note(self._resumed(order, prompts.summary(order, menu)))
        elif held is not None:
            self.note(prompts.held_order_note(prompts.summary(held, menu)))
        else:
            self.note(prompts.greeting_note(self._restaurant))
            if (why := self._desk.not_right_now(at)) is not None:
                self.note(prompts.closed_note(why))
        return True

    def _resumed(self, order: Order, summary: str) -> str:
        """What a model is told that comes into a conversation which others began."""
        if order.state in (OrderState.SUBMITTED, OrderState.ACCEPTED):
            return prompts.placed_note(summary)
        if self._nobody_answered and self._opened_for == "leg":
            return prompts.returned_note(summary, order.state.value)
        return (
            prompts.RECOVERED_NOTE if self._opened_for == "loss" else prompts.resumed_note(summary, order.state.value)
        )
