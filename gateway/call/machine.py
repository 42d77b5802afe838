"""The pure core of one phone call: events in, effects out.

`Call.handle` is the one door. It never awaits, logs, or reads a clock: events carry `timestamp`, and `deadline` names
the moment at which the core wants to be told that time has passed (`call.timed_out`). Moves of the state happen by the
table alone; what the core itself finds out (an order is incomplete, a retry is due) is an event too and takes the same
way. Folding a call's log (`Call.fold`) gives the call again, in any process.

What follows from an event is decided by the parts: `ModelConnection`, `TurnTaking` with its `Understanding`, `Replies`
with the order's `Desk`, `Offers`, `Farewell`, `Alerts` with the `EmergencyWatch`, `Texts`, `Keypad`, the `StaffLine`
and its `Staff`, the `Kitchen`, `SeverityRules`, `Moves`, the watchdog over `DeadAir`, and `Deadlines`. They are made
in `parts.py`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from pydantic import ValidationError

from gateway import errors
from gateway.call import prompts
from gateway.call.effects import Effect
from gateway.call.moves import MOVED
from gateway.call.parts import Parts
from gateway.call.states import State
from gateway.call.texts import why_no_text
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    AudioCommitted,
    AudioEvent,
    CallerBegan,
    CallerPaused,
    CallStarted,
    ConnectionFailed,
    Dialled,
    Disclosed,
    Ended,
    ErrorEvent,
    Gathered,
    HungUp,
    Interrupted,
    KeyPressed,
    KitchenSaid,
    LegEnded,
    LegStarted,
    ListeningStarted,
    ListeningStopped,
    LogDamaged,
    MessageLeft,
    ModelChecked,
    ModelLost,
    ModelOpened,
    MoveAsked,
    OfferChanged,
    OrderEvent,
    OrderIncomplete,
    OrderReady,
    OrderRefused,
    PlaybackFinished,
    PlaybackStalled,
    PlaybackStarted,
    RecoveryFailed,
    ResponseFinished,
    ResponseStarted,
    RetryStarted,
    SessionEvent,
    SessionRequested,
    StaffActed,
    SubmitDelayed,
    TextAgreed,
    TextQueued,
    TimedOut,
    ToolCalled,
    TranscriptionEvent,
    TransferAccepted,
    TransferAnswered,
    VADEvent,
)
from gateway.orders.order import Order
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools

_WITHOUT_A_LEG = (
    CallStarted, LegStarted, LegEnded, HungUp, Ended, AgentSaid, TranscriptionEvent, OrderEvent, OfferChanged,
    MessageLeft, TextAgreed, TextQueued, AlertRaised, TransferAnswered, TransferAccepted, Dialled, StaffActed,
    KitchenSaid, CallerBegan, LogDamaged,
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
        self.staff_line = parts.staff_line
        self.staff = parts.staff
        self.texts = parts.texts
        self.kitchen = parts.kitchen
        self.caller_key: str | None = None
        self.leg = 0
        self.textual = False
        """Whether the leg is one of text-only turns, without a media stream."""
        self.turn = 0
        """The last of those turns."""
        self.stream_serves = True
        """Whether a media stream would serve the call once the model is back: not where the stream was the trouble."""
        self.returns = 0
        """How often the voice model has taken over again from text-only turns."""
        self.legs: list[tuple[int, datetime]] = []
        self.legs_lost: list[datetime] = []
        self.turns_lost: list[datetime] = []
        """As `legs_lost`, of the legs without a media stream."""
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
    def moves(self) -> bool:
        """Whether the leg is to go on in another process, or has left for it."""
        return self._parts.moves.under_way

    @property
    def playing(self) -> bool:
        """Whether the caller hears the agent, as far as the core was told."""
        return self._parts.floor.playing

    @property
    def closing(self) -> bool:
        """Whether the last words of this leg are being said."""
        return self._parts.farewell.closing

    @property
    def pause(self) -> int:
        """How many times the usual patience the caller may stay silent."""
        return self._parts.turn_taking.patience

    @property
    def ended(self) -> Ended | None:
        """By which decision the last leg ended; None while it runs, and when it was lost."""
        return self._parts.farewell.ended

    @property
    def happened(self) -> tuple[AnyEvent, ...]:
        """What the last `handle` took in, in order: the event that it was told, and those that the core told itself."""
        return tuple(self._parts.agenda.happened)

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
        self._parts.agenda.begin()
        self._parts.clock.told(event)
        if isinstance(event, LegStarted) and self.state is not State.DISCONNECTED:
            # The old leg's end was not told (its process died): it is over now.
            self._parts.agenda.tell(LegEnded(**self._parts.agenda.stamp(event.at), leg=self.leg, reason="lost"))
        self._parts.agenda.tell(event)
        while self._parts.agenda.events:
            self._take(self._parts.agenda.next_event())
        return self._parts.agenda.take_effects()

    # --- one event ---

    def _take(self, event: AnyEvent) -> None:
        before = self.state
        moved = self.machine.transition(event.type)
        if not moved:
            self.ignored += 1
        if moved or before is not State.DISCONNECTED or isinstance(event, _WITHOUT_A_LEG):
            self._act(event, moved, before)
        if self.state is State.DISCONNECTED:
            if before is not State.DISCONNECTED:
                self._disconnected()
            return
        if moved or not isinstance(event, TimedOut):
            self._parts.deadlines.be_patient(event.at)
        self._parts.moves.look(event.at)
        self._parts.dead_air.look(event.at)

    def _act(self, event: AnyEvent, moved: bool, before: State) -> None:  # noqa: C901 - one arm per event, closed by assert_never
        match event:
            case CallStarted():
                self._call_started(event)
            case LegStarted():
                self._leg_started(event)
            case LegEnded():
                if event.reason == "lost":
                    (self.turns_lost if self.textual else self.legs_lost).append(event.at)
            case HungUp():
                self._hung_up(event)
            case ModelOpened():
                self._parts.connection.opened(event)
            case ModelChecked():
                self._parts.turn_taking.model_checked(event)
                self._parts.connection.checked(event)
            case CallerBegan():
                self._parts.moves.caller_began(event.at)
            case CallerPaused():
                self._parts.turn_taking.caller_paused(event)
            case SessionEvent():
                self._parts.connection.session_event(event, moved)
                if event.type == "session.updated" and moved:
                    self._parts.turn_taking.playback_goes_on(event.at)
                    self._parts.offers.model_up(event.at)
            case ConnectionFailed():
                self._parts.connection.failed(event, moved)
            case ModelLost():
                if moved:
                    self._model_lost(event, before)
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
                self.texts.words_came()
                self._parts.purpose.heard(event)
            case ResponseStarted():
                self._parts.severity.response_started()
                self._parts.kitchen.response_started()
                self._parts.replies.started(event)
            case ResponseFinished():
                self._parts.replies.finished(event)
                self._parts.offers.tell(event.at)
            case PlaybackStarted():
                self._parts.turn_taking.playback_started(event)
            case PlaybackFinished():
                self._parts.turn_taking.playback_finished(event.at)
                self._parts.purpose.agent_heard(event.at)
            case PlaybackStalled():
                self._parts.turn_taking.playback_stalled(event.at)
            case Interrupted():
                self._parts.turn_taking.interrupted(event)
                self._parts.emergency.interrupted()
            case AgentSaid():
                self.turns.agent_said(event.item_id, event.at, event.text)
                self.desk.agent_said(event.response_id, event.item_id, event.text)
            case ToolCalled():
                self._parts.replies.tool_called(event)
                self._parts.kitchen.look()
            case OrderEvent():
                self._parts.replies.order_event(event)
                self.texts.look()
            case OfferChanged():
                self._parts.offers.changed(event)
            case MessageLeft():
                self.alerts.message_left(event)
            case TextAgreed():
                self.texts.agreed(event)
            case TextQueued():
                self.texts.queued(event)
            case AlertRaised():
                self.alerts.alert_raised(event)
            case KeyPressed():
                self._parts.purpose.served()
                self._parts.keypad.pressed(event)
            case Gathered():
                self._gathered(event)
            case TransferAnswered() | TransferAccepted() | Dialled():
                self.staff_line.take(event)
            case StaffActed():
                self.staff.acted(event)
            case KitchenSaid():
                self.kitchen.said(event)
            case LogDamaged():
                self._log_damaged(event)
            case ErrorEvent():
                self._parts.severity.apply(event)
            case Ended():
                self._parts.farewell.take_ended(event, moved)
            case SubmitDelayed():
                self._parts.replies.submit_delayed(event.at)
            case MoveAsked():
                self._parts.moves.ask(event)
            case TimedOut():
                self._parts.deadlines.timed_out(event.at)
            case Disclosed() | SessionRequested() | ListeningStarted() | ListeningStopped() | AudioEvent():
                pass
            case OrderReady() | OrderIncomplete():
                self._parts.purpose.served()
            case OrderRefused():
                pass
            case _:
                assert_never(event)

    # --- legs ---

    def _call_started(self, event: CallStarted) -> None:
        if self.desk.order is not None:
            return  # told twice
        self.caller_key = event.caller_key
        self._parts.length.call_started(event.at)
        self.desk.recent = event.recent_orders
        self.desk.no_text = why_no_text(self.restaurant, event)
        self.desk.open_order(self.call_id)
        try:
            self.desk.held = Order.model_validate_json(event.held_order) if event.held_order else None
        except ValidationError:
            self.desk.held = None  # of a version that we do not know: better no offer than no call

    def _leg_started(self, event: LegStarted) -> None:
        textual, returns = event.kind == "gather", False
        ended = self._parts.farewell.ended
        if self.textual and not textual and ended is not None and ended.next == "reconnect":
            self.returns, returns = self.returns + 1, True
        if textual and not self.textual and self.legs:
            unheard = errors.MIC_ACCESS_DENIED.code
            self.stream_serves = ended is not None and ended.next == "text_only" and ended.reason != unheard
        self.leg, self.textual, self.turn = event.leg, textual, 0
        self.legs.append((event.leg, event.at))
        self.desk.open_order(self.call_id)
        nobody_answered = ended is not None and ended.next == "transfer"
        self._parts.farewell.leg_started(textual=textual)
        self._parts.turn_taking.leg_started(textual=textual)
        self._parts.replies.leg_started()
        self._parts.dead_air.leg_started()
        if (submit := self.desk.resubmit()) is not None:
            self._parts.agenda.do(submit)
            self._parts.replies.submit_began(event.at)
        self.alerts.leg_started()
        self.texts.leg_started()
        self._parts.length.leg_started(event.at)
        if ended is not None and nobody_answered:
            self.alerts.raise_alert("transfer_unanswered", ended.reason)
        left_at = ended.at if ended is not None and ended.reason == MOVED else None
        owes = self._parts.moves.leg_started()
        self._parts.connection.leg_started(nobody_answered=nobody_answered, returns=returns, left_at=left_at, owes=owes)

    def _hung_up(self, event: HungUp) -> None:
        self.hung_up = True
        if self.textual and self.state is not State.DISCONNECTED:  # it has no socket that would tell its end
            self._parts.agenda.tell(LegEnded(**self._parts.agenda.stamp(event.at), leg=self.leg, reason="stopped"))

    def _gathered(self, event: Gathered) -> None:
        self.turn = max(self.turn, event.turn)
        if not event.heard:
            self._parts.turn_taking.nothing_gathered(event.at)

    def _log_damaged(self, event: LogDamaged) -> None:
        """Some of what happened is not known any more: the order must be asked for before it may be confirmed."""
        self.damage = event.entries
        self.desk.doubt()
        self._parts.connection.note_surely(prompts.LOG_DAMAGED_NOTE)

    def _disconnected(self) -> None:
        """No leg, no model: nothing waits any more."""
        self._parts.dead_air.stop()
        self._parts.agenda.timers.clear()
        self._parts.turn_taking.leg_ended()
        self._parts.replies.reset()
        self._parts.connection.gone()

    def _model_lost(self, event: ModelLost, before: State) -> None:
        quiet = before in (State.READY, State.IDLE) and not self._parts.floor.speaking and not self._parts.dead_air.owes
        self._parts.turn_taking.model_gone()
        self._parts.replies.reset()
        self._parts.connection.lost(event, quiet=quiet)
