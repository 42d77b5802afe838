"""The pure core of one phone call: events in, effects out.

`Call.handle` is the one door. It never awaits, logs, or reads a clock: events carry `timestamp`, and `deadline` names
the moment at which the core wants to be told that time has passed (`call.timed_out`). Moves of the state happen by the
table alone; what the core itself finds out (an order is incomplete, a retry is due) is an event too and takes the same
way. Folding a call's log (`Call.fold`) gives the call again, in any process.

What follows from an event is decided by the parts: `ModelConnection`, `TurnTaking`, `Replies` with the order's `Desk`,
`Farewell`, `SeverityRules` and `Deadlines`. They share the agenda, the floor and the state machine, and no other data.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from pydantic import ValidationError

from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.deadlines import Deadlines
from gateway.call.desk import Desk
from gateway.call.effects import Effect
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.replies import Replies
from gateway.call.severity import SeverityRules
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.call.turn_taking import TurnTaking
from gateway.call.turns import Turns
from gateway.events import (
    AgentSaid,
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
    ModelLost,
    ModelOpened,
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

_WITHOUT_A_LEG = (CallStarted, LegStarted, LegEnded, HungUp, Ended, AgentSaid, TranscriptionEvent, OrderEvent)
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
        self.machine = StateMachine()
        self.turns = Turns()
        self.desk = Desk(restaurant, self.turns, tools)
        self.caller_key: str | None = None
        self.leg = 0
        self.legs: list[tuple[int, datetime]] = []
        self.legs_lost: list[datetime] = []
        self.hung_up = False
        self.ignored = 0
        self._agenda = Agenda(call_id)
        self._floor = Floor()
        self._farewell = Farewell(self._agenda, self.machine)
        self._connection = ModelConnection(
            self._agenda, self.machine, restaurant, self.desk, self.turns, self._farewell
        )
        self._replies = Replies(self._agenda, self._floor, self.desk, self._connection, self._farewell)
        self._turn_taking = TurnTaking(
            self._agenda,
            self.machine,
            self._floor,
            self.turns,
            self.desk,
            self._connection,
            self._replies,
            self._farewell,
            server_creates_responses=server_creates_responses,
        )
        self._severity = SeverityRules(self.machine, self._connection, self._replies, self._farewell)
        self._deadlines = Deadlines(
            self._agenda, self.machine, self._connection, self._turn_taking, self._replies, self._farewell
        )

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
        return self._agenda.timers.next

    @property
    def playing(self) -> bool:
        """Whether the caller hears the agent, as far as the core was told."""
        return self._floor.playing

    @property
    def ended(self) -> Ended | None:
        """By which decision the last leg ended; None while it runs, and when it was lost."""
        return self._farewell.ended

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
            self._agenda.tell(LegEnded(**self._agenda.stamp(event.at), leg=self.leg, reason="lost"))
        self._agenda.tell(event)
        while self._agenda.events:
            self._take(self._agenda.events.popleft())
        return self._agenda.take_effects()

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
            self._deadlines.be_patient(event.at)

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
                self._connection.opened(event.at)
            case SessionEvent():
                self._connection.session_event(event, moved)
                if event.type == "session.updated" and moved:
                    self._turn_taking.playback_goes_on(event.at)
            case ConnectionFailed():
                self._connection.failed(event, moved)
            case ModelLost():
                if moved:
                    self._model_lost(event)
            case RetryStarted():
                if moved:
                    self._connection.retry()
            case RecoveryFailed():
                if moved:
                    self._connection.recovery_failed(event)
            case VADEvent():
                self._turn_taking.voice_detected(event)
            case AudioCommitted():
                self._turn_taking.committed(event)
            case TranscriptionEvent():
                self._turn_taking.transcription(event)
            case ResponseStarted():
                self._severity.response_started()
                self._replies.started(event)
            case ResponseFinished():
                self._replies.finished(event)
            case PlaybackStarted():
                self._turn_taking.playback_started(event)
            case PlaybackFinished():
                self._turn_taking.playback_finished(event.at)
            case Interrupted():
                self._turn_taking.interrupted(event)
            case AgentSaid():
                self.turns.agent_said(event.item_id, event.at, event.text)
                self.desk.agent_said(event.response_id, event.item_id, event.text)
            case ToolCalled():
                self._replies.tool_called(event)
            case OrderEvent():
                self._replies.order_event(event)
            case KeyPressed():
                self._key_pressed(event)
            case ErrorEvent():
                self._severity.apply(event)
            case Ended():
                self._farewell.take_ended(event, moved)
            case TimedOut():
                self._deadlines.timed_out(event.at)
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
        self.desk.open_order(self.call_id)
        try:
            self.desk.held = Order.model_validate_json(event.held_order) if event.held_order else None
        except ValidationError:
            self.desk.held = None  # of a version that we do not know: better no offer than no call

    def _leg_started(self, event: LegStarted) -> None:
        self.leg = event.leg
        self.legs.append((event.leg, event.at))
        self.desk.open_order(self.call_id)
        self._farewell.leg_started()
        self._turn_taking.leg_started()
        self._replies.leg_started()
        if (submit := self.desk.resubmit()) is not None:
            self._agenda.do(submit)
        self._connection.leg_started()

    def _disconnected(self) -> None:
        """No leg, no model: nothing waits any more."""
        self._agenda.timers.clear()
        self._turn_taking.leg_ended()
        self._replies.reset()
        self._connection.gone()

    def _model_lost(self, event: ModelLost) -> None:
        self._turn_taking.model_gone()
        self._replies.reset()
        self._connection.lost(event, playing=self._floor.playing)

    # --- keys ---

    def _key_pressed(self, event: KeyPressed) -> None:
        self._turn_taking.caller_acted()
        if event.digit == "0" and self.restaurant.transfer_to is not None:
            self._farewell.finish(event.at, "the caller pressed 0", "transfer")
            return
        self._connection.note(prompts.NOBODY_NOTE if event.digit == "0" else prompts.key_note(event.digit))
        self._connection.wish()
