"""The pure core of one phone call: events in, effects out.

`Call.handle` is the one door. It never awaits, logs, or reads a clock: events carry `timestamp`, and `deadline` names
the moment at which the core wants to be told that time has passed (`call.timed_out`). Moves of the state happen by the
table alone; what the core itself finds out (an order is incomplete, a retry is due) is an event too and takes the same
way. Folding a call's log (`Call.fold`) gives the call again, in any process.

What follows from an event is decided by the parts: `ModelConnection`, `TurnTaking` with its `Understanding`, `Replies`
with the order's `Desk`, `Offers`, `Farewell`, `Alerts` with the `EmergencyWatch`, `Keypad`, `SeverityRules` and
`Deadlines`. They are made in `parts.py`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from pydantic import ValidationError

from gateway.call import prompts
from gateway.call.effects import Effect
from gateway.call.parts import Parts
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    AudioCommitted,
    AudioEvent,
    CallStarted,
    ConnectionFailed,
    Disclosed,
    Ended,
    ErrorEvent,
    HungUp,
    Interrupted,
    KeyPressed,
    LegEnded,
    LegStarted,
    ListeningStarted,
    ListeningStopped,
    LogDamaged,
    MessageLeft,
    ModelLost,
    ModelOpened,
    OfferChanged,
    OrderEvent,
    OrderIncomplete,
    OrderReady,
    OrderRefused,
    PlaybackFinished,
    PlaybackStarted,
    RecoveryFailed,
    ResponseFinished,
    ResponseStarted,
    RetryStarted,
    SessionEvent,
    SessionRequested,
    TimedOut,
    ToolCalled,
    TranscriptionEvent,
    VADEvent,
)
from gateway.orders.order import Order
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools

_WITHOUT_A_LEG = (
    CallStarted, LegStarted, LegEnded, HungUp, Ended, AgentSaid, TranscriptionEvent, OrderEvent, OfferChanged,
    MessageLeft, AlertRaised, LogDamaged,
)  # fmt: skip
"""What still matters while no stream is up. Everything else is late: nobody could hear what followed from it."""


class Call:
    """One phone call of a restaurant, over all of its legs."""

    def __init__(
        self,
        call_id: str,
        restaurant: Restaurant,
        *,
        server_creates_responses: bool = False,
        tools: OrderTools | None = None,
    ) -> None:
        """A call before its first event.

        Args:
            call_id: Twilio's CallSid.
            restaurant: with the menu version that the whole call uses.
            server_creates_responses: the model's server answers turns by itself (setting; saves a round trip).
            tools: those of this restaurant on this menu, shared by all its calls; None: the call's own.
        """
        self.call_id = call_id
        self.restaurant = restaurant
        self._parts = parts = Parts(call_id, restaurant, tools, server_creates_responses=server_creates_responses)
        self.machine = parts.machine
        self.turns = parts.turns
        self.desk = parts.desk
        self.alerts = parts.alerts
        self.caller_key: str | None = None
        self.leg = 0
        self.legs: list[tuple[int, datetime]] = []
        self.legs_lost: list[datetime] = []
        self.hung_up = False
        self.ignored = 0
        self.damage = 0
        """Entries of its log that are lost, as far as it was told."""

    # --- the public side ---

    @property
    def state(self) -> State:
        """Where the call is."""
        return self.machine.current_state

    @property
    def order(self) -> Order | None:
        """The order as it stands; None before the call has started."""
        return self.desk.order

    @property
    def deadline(self) -> datetime | None:
        """When the core wants a `call.timed_out`, aware UTC."""
        return self._parts.agenda.timers.next

    @property
    def playing(self) -> bool:
        """Whether the caller hears the agent, as far as the core was told."""
        return self._parts.floor.playing

    @property
    def ended(self) -> Ended | None:
        """By which decision the last leg ended; None while it runs, and when it was lost."""
        return self._parts.farewell.ended

    @classmethod
    def fold(
        cls,
        call_id: str,
        restaurant: Restaurant,
        events: Iterable[AnyEvent],
        *,
        server_creates_responses: bool = False,
        tools: OrderTools | None = None,
    ) -> "Call":
        """The call that a log describes. Effects of the past are not carried out again. Arguments as of the class."""
        call = cls(call_id, restaurant, server_creates_responses=server_creates_responses, tools=tools)
        for event in events:
            call.handle(event)
        return call

    def handle(self, event: AnyEvent) -> list[Effect]:
        """Take one event in; returns what is to be done, in order."""
        if isinstance(event, LegStarted) and self.state is not State.DISCONNECTED:
            # The old leg's end was not told (its process died): it is over now.
            self._parts.agenda.tell(LegEnded(**self._parts.agenda.stamp(event.at), leg=self.leg, reason="lost"))
        self._parts.agenda.tell(event)
        while self._parts.agenda.events:
            self._take(self._parts.agenda.events.popleft())
        return self._parts.agenda.take_effects()

    # --- one event ---

    def _take(self, event: AnyEvent) -> None:
        before = self.state
        moved = self.machine.transition(event.type)
        if not moved:
            self.ignored += 1
        if moved or before is not State.DISCONNECTED or isinstance(event, _WITHOUT_A_LEG):
            self._act(event, moved)
        if self.state is State.DISCONNECTED:
            if before is not State.DISCONNECTED:
                self._disconnected()
        elif moved or not isinstance(event, TimedOut):
            self._parts.deadlines.be_patient(event.at)

    def _act(self, event: AnyEvent, moved: bool) -> None:  # noqa: C901 - one arm per event, closed by assert_never
        match event:
            case CallStarted():
                self._call_started(event)
            case LegStarted():
                self._leg_started(event)
            case LegEnded():
                if event.reason == "lost":
                    self.legs_lost.append(event.at)
            case HungUp():
                self.hung_up = True
            case ModelOpened():
                self._parts.connection.opened(event.at)
            case SessionEvent():
                self._parts.connection.session_event(event, moved)
                if event.type == "session.updated" and moved:
                    self._parts.turn_taking.playback_goes_on(event.at)
                    self._parts.offers.model_up(event.at)
            case ConnectionFailed():
                self._parts.connection.failed(event, moved)
            case ModelLost():
                if moved:
                    self._model_lost(event)
            case RetryStarted():
                if moved:
                    self._parts.connection.retry()
            case RecoveryFailed():
                if moved:
                    self._parts.connection.recovery_failed(event)
            case VADEvent():
                self._parts.turn_taking.voice_detected(event)
            case AudioCommitted():
                self._parts.turn_taking.committed(event)
            case TranscriptionEvent():
                self._parts.emergency.heard(event)
                self._parts.turn_taking.transcription(event)
            case ResponseStarted():
                self._parts.severity.response_started()
                self._parts.replies.started(event)
            case ResponseFinished():
                self._parts.replies.finished(event)
                self._parts.offers.tell(event.at)
            case PlaybackStarted():
                self._parts.turn_taking.playback_started(event)
            case PlaybackFinished():
                self._parts.turn_taking.playback_finished(event.at)
            case Interrupted():
                self._parts.turn_taking.interrupted(event)
                self._parts.emergency.interrupted()
            case AgentSaid():
                self.turns.agent_said(event.item_id, event.at, event.text)
                self.desk.agent_said(event.response_id, event.item_id, event.text)
            case ToolCalled():
                self._parts.replies.tool_called(event)
            case OrderEvent():
                self._parts.replies.order_event(event)
            case OfferChanged():
                self._parts.offers.changed(event)
            case MessageLeft():
                self.alerts.message_left(event)
            case AlertRaised():
                self.alerts.alert_raised(event)
            case KeyPressed():
                self._parts.keypad.pressed(event)
            case LogDamaged():
                self._log_damaged(event)
            case ErrorEvent():
                self._parts.severity.apply(event)
            case Ended():
                self._parts.farewell.take_ended(event, moved)
            case TimedOut():
                self._parts.deadlines.timed_out(event.at)
            case Disclosed() | SessionRequested() | ListeningStarted() | ListeningStopped() | AudioEvent():
                pass
            case OrderReady() | OrderIncomplete() | OrderRefused():
                pass
            case _:
                assert_never(event)

    # --- legs ---

    def _call_started(self, event: CallStarted) -> None:
        if self.desk.order is not None:
            return  # told twice
        self.caller_key = event.caller_key
        self.desk.recent = event.recent_orders
        self.desk.open_order(self.call_id)
        try:
            self.desk.held = Order.model_validate_json(event.held_order) if event.held_order else None
        except ValidationError:
            self.desk.held = None  # of a version that we do not know: better no offer than no call

    def _leg_started(self, event: LegStarted) -> None:
        self.leg = event.leg
        self.legs.append((event.leg, event.at))
        self.desk.open_order(self.call_id)
        ended = self._parts.farewell.ended
        nobody_answered = ended is not None and ended.next == "transfer"
        self._parts.farewell.leg_started()
        self._parts.turn_taking.leg_started()
        self._parts.replies.leg_started()
        if (submit := self.desk.resubmit()) is not None:
            self._parts.agenda.do(submit)
        self.alerts.leg_started()
        if ended is not None and nobody_answered:
            self.alerts.raise_alert("transfer_unanswered", ended.reason)
        self._parts.connection.leg_started(nobody_answered=nobody_answered)

    def _log_damaged(self, event: LogDamaged) -> None:
        """Some of what happened is not known any more: the order must be asked for before it may be confirmed."""
        self.damage = event.entries
        self.desk.doubt()
        self._parts.connection.note_surely(prompts.LOG_DAMAGED_NOTE)

    def _disconnected(self) -> None:
        """No leg, no model: nothing waits any more."""
        self._parts.agenda.timers.clear()
        self._parts.turn_taking.leg_ended()
        self._parts.replies.reset()
        self._parts.connection.gone()

    def _model_lost(self, event: ModelLost) -> None:
        self._parts.turn_taking.model_gone()
        self._parts.replies.reset()
        self._parts.connection.lost(event, playing=self._parts.floor.playing)
