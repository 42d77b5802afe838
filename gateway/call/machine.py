"""The pure core of one phone call: events in, effects out.

`Call.handle` is the one door. It never awaits, logs, or reads a clock: events carry `timestamp`, and `deadline` names the
moment at which the core wants to be told that time has passed (`call.timed_out`). Moves of the state happen by the
table alone; what the core itself finds out (an order is incomplete, a retry is due) is an event too and takes the same
way. Folding a call's log (`Call.fold`) gives the call again, in any process.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from gateway import errors
from gateway.call import prompts
from gateway.call.desk import Desk, new_order_id, summary
from gateway.call.effects import (
    CancelResponse,
    ClearPlayout,
    CloseModel,
    ConfigureModel,
    DeleteItem,
    Effect,
    EndLeg,
    NextStepName,
    Note,
    OpenModel,
    PlayClip,
    ReportError,
    RequestResponse,
    TruncateItem,
)
from gateway.call.state_machine import StateMachine
from gateway.call.states import PATIENCE, TALKING, State
from gateway.call.timers import Timers
from gateway.call.turns import Turns, is_backchannel
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
    VADData,
    VADEvent,
    milliseconds,
)
from gateway.orders.order import Order, open_order
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_outcome import EndCall, ToolOutcome, TransferToStaff

SILENCE_PROMPTS = 3
"""How often a silent caller is asked before the call ends."""
LOSSES = 3
"""Model losses within `LOSS_WINDOW` seconds that are recovered from; one more ends the leg."""
LOSS_WINDOW = 60.0
FAREWELL_PATIENCE = 12.0
"""Seconds that a farewell may take to be made and heard before the leg ends anyway."""
PENDING_PATIENCE = 3.0
"""Seconds that a turn spoken over the agent waits for its words after playback has ended."""


@dataclass(slots=True)
class Closing:
    """The conversation is about to end: what follows it, and whether the last words have been asked for."""

    reason: str
    next: NextStepName
    spoken: bool = False


class Call:
    """One phone call of a restaurant, over all of its legs."""

    def __init__(self, call_id: str, restaurant: Restaurant, *, server_creates_responses: bool = False) -> None:
        """A call before its first event.

        Args:
            call_id: Twilio's CallSid.
            restaurant: with the menu version that the whole call uses.
            server_creates_responses: the model's server answers turns by itself (setting; saves a round trip).
        """
        self.call_id = call_id
        self.restaurant = restaurant
        self.machine = StateMachine()
        self.turns = Turns()
        self.desk = Desk(restaurant, self.turns)
        self.timers = Timers()
        self.caller_key: str | None = None
        self.leg = 0
        self.legs_lost: list[datetime] = []
        self.closing: Closing | None = None
        self.ended: Ended | None = None
        self.hung_up = False
        self.ignored = 0
        self._server_creates = server_creates_responses
        self._queue: deque[AnyEvent] = deque()
        self._effects: list[Effect] = []
        self._model_up = False
        self._playing = False
        self._response: str | None = None
        self._answered_tools = False
        self._over_agent: list[str] = []
        self._prompts = 0
        self._stalls = 0
        self._failures = 0
        self._losses: list[datetime] = []
        self._greeted = False

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
        return self.timers.next

    @property
    def playing(self) -> bool:
        """Whether the caller hears the agent, as far as the core was told."""
        return self._playing

    @classmethod
    def fold(cls, call_id: str, restaurant: Restaurant, events: Iterable[AnyEvent]) -> "Call":
        """The call that a log describes. Effects of the past are not carried out again."""
        call = cls(call_id, restaurant)
        for event in events:
            call.handle(event)
        return call

    def handle(self, event: AnyEvent) -> list[Effect]:
        """Take one event in; returns what is to be done, in order."""
        self._effects = []
        self._queue.append(event)
        while self._queue:
            self._take(self._queue.popleft())
        return self._effects

    # --- one event ---

    def _take(self, event: AnyEvent) -> None:
        before = self.state
        if isinstance(event, LegStarted) and self.state is not State.DISCONNECTED:
            # The old leg's end was not told (its process died): it is over now.
            self._take(LegEnded(**self._at(event.at), leg=self.leg, reason="lost"))
        moved = self.machine.transition(event.type)
        self._act(event, moved)
        if self.state is State.DISCONNECTED:
            if before is not State.DISCONNECTED:
                self._disconnected()
        elif moved or not isinstance(event, TimedOut):
            self.timers.start("patience", event.at, PATIENCE[self.state])

    def _act(self, event: AnyEvent, moved: bool) -> None:  # noqa: C901, PLR0912 - one arm per event, closed by assert_never
        match event:
            case CallStarted():
                self._call_started(event)
            case LegStarted():
                self._leg_started(event)
            case LegEnded():
                self._leg_ended(event)
            case HungUp():
                self.hung_up = True
            case ModelOpened():
                self._model_opened()
            case SessionEvent():
                self._session_event(event, moved)
            case ConnectionFailed():
                self._connection_failed(event, moved)
            case ModelLost():
                self._model_lost(event, moved)
            case RetryStarted():
                if moved:
                    self._do(OpenModel(fresh=True))
            case RecoveryFailed():
                if moved:
                    self._finish_leg(event.at, f"model: {event.code}", "apologise")
            case AudioCommitted():
                self._audio_committed(event)
            case TranscriptionEvent():
                self._transcription(event)
            case ResponseStarted():
                self._response_started(event)
            case ResponseFinished():
                self._response_finished(event)
            case PlaybackStarted():
                self._playing = True
            case PlaybackFinished():
                self._playback_finished(event.at)
            case Interrupted():
                self._interrupted(event)
            case AgentSaid():
                self.turns.agent_said(event.item_id, event.at, event.text)
                self.desk.agent_said(event.response_id, event.item_id, event.text)
            case ToolCalled():
                self._tool_called(event)
            case OrderEvent():
                self._order_event(event)
            case KeyPressed():
                self._key_pressed(event)
            case ErrorEvent():
                self._error(event)
            case Ended():
                self.ended = event
                if moved:
                    self._do(EndLeg(event.reason))
            case TimedOut():
                self._timed_out(event)
            case Disclosed() | SessionRequested() | ListeningStarted() | ListeningStopped() | VADEvent() | AudioEvent():
                pass
            case OrderReady() | OrderIncomplete() | OrderRefused():
                pass
            case _:
                assert_never(event)
        if not moved:
            self.ignored += 1

    # --- legs ---

    def _call_started(self, event: CallStarted) -> None:
        self.caller_key = event.caller_key
        menu = self.restaurant.menu
        self.desk.order = open_order(
            new_order_id(self.call_id), self.restaurant.id, menu_digest=menu.digest, currency=menu.currency
        )
        if event.held_order:
            self.desk.held = Order.model_validate_json(event.held_order)

    def _leg_started(self, event: LegStarted) -> None:
        self.leg = event.leg
        self.ended = self.closing = None
        for effect in self.desk.resubmit():
            self._do(effect)
        self._do(OpenModel())

    def _leg_ended(self, event: LegEnded) -> None:
        if event.reason == "lost":
            self.legs_lost.append(event.at)

    def _disconnected(self) -> None:
        """No leg, no model: nothing waits any more."""
        self.timers.clear()
        self._playing = self._model_up = self._answered_tools = False
        self._response = None
        self._over_agent = []
        self._do(CloseModel())

    def _finish_leg(self, at: datetime, reason: str, following: NextStepName) -> None:
        """End the leg by decision. The log carries what follows, for whoever answers `/twiml/next`."""
        self.timers.stop("closing")
        self._queue.append(Ended(**self._at(at), reason=reason, next=following))
        if self.state is State.DISCONNECTED:
            self._do(EndLeg(reason))

    # --- the model's connection ---

    def _model_opened(self) -> None:
        if self.state not in (State.CONNECTED, State.RECOVERING) or self._model_up:
            return
        self._model_up = True
        self._do(
            ConfigureModel(
                prompts.instructions(self.restaurant),
                tuple(dict(schema) for schema in self.desk.tools.schemas()),
                prompts.history(self.turns),
            )
        )

    def _session_event(self, event: SessionEvent, moved: bool) -> None:
        if event.type == "session.updated" and moved:
            self._note_where_it_stands()
            self._wish()
        elif event.type == "session.error" and moved:
            self._model_up = False
            self._do(CloseModel())
            self._queue.append(RecoveryFailed(**self._at(event.at), code="AUDIO_FORMAT_ERROR"))

    def _note_where_it_stands(self) -> None:
        """What a model that has just come up must know besides the history."""
        order = self.desk.order
        assert order is not None
        if self._greeted:
            note = prompts.RECOVERED_NOTE if self._losses else self._resumed(order)
        elif self.desk.held is not None:
            note = prompts.held_order_note(summary(self.desk.held, self.restaurant.menu))
        else:
            note = prompts.greeting_note(self.restaurant)
        self._greeted = True
        self._do(Note(note))

    def _resumed(self, order: Order) -> str:
        return prompts.resumed_note(summary(order, self.restaurant.menu), order.state.value)

    def _connection_failed(self, event: ConnectionFailed, moved: bool) -> None:
        if moved:  # Connecting -> Disconnected
            self._finish_leg(event.at, f"model: {event.code}", "apologise")
        elif self.state is State.RECOVERING:
            self._queue.append(RecoveryFailed(**self._at(event.at), code=event.code))

    def _model_lost(self, event: ModelLost, moved: bool) -> None:
        if not moved:
            return
        self._model_up = False
        self._response = None
        self._answered_tools = False
        self._do(CloseModel())
        if not event.planned:
            self._losses = [at for at in self._losses if (event.at - at).total_seconds() < LOSS_WINDOW] + [event.at]
        kind = errors.ERRORS.get(event.code, errors.WS_CONNECTION_FAILED)
        if len(self._losses) > LOSSES or not kind.retry:
            self._queue.append(RecoveryFailed(**self._at(event.at), code=kind.code))
            return
        if not event.planned and not self._playing:
            self._do(PlayClip("hold"))
        self._queue.append(RetryStarted(**self._at(event.at), attempt=len(self._losses)))

    # --- turns ---

    def _wish(self) -> None:
        if self._model_up:
            self._do(RequestResponse())

    def _audio_committed(self, event: AudioCommitted) -> None:
        self.turns.commit(event.item_id, event.at)
        self.desk.committed(event.item_id)
        if self._playing:
            self._over_agent.append(event.item_id)
        elif not self._server_creates:
            self._wish()

    def _transcription(self, event: TranscriptionEvent) -> None:
        if event.type == "transcription.partial":
            return
        data = event.data
        if data.item_id is not None:
            text = data.text if event.type == "transcription.complete" else ""
            self.turns.heard_caller(data.item_id, event.at, text, data.confidence, data.language)
        if data.text.strip():
            self._prompts = 0
        if (waited := self.desk.words_came()) is not None:
            self._tool_done(*waited)
        if not self._playing:
            self._settle_turns_over_agent(event.at)

    def _settle_turns_over_agent(self, at: datetime, overdue: bool = False) -> None:
        """Turns spoken over the agent, once it is quiet: sounds of listening are forgotten, words are answered."""
        answer = False
        waiting = []
        for item_id in self._over_agent:
            turn = self.turns.get(item_id)
            if turn is None:
                continue
            if turn.text is None and not overdue:
                waiting.append(item_id)
            elif is_backchannel(turn.text or ""):
                self.turns.remove(item_id)
                self._do(DeleteItem(item_id))
            else:
                answer = True
        self._over_agent = waiting
        if waiting:
            self.timers.start("words", at, PENDING_PATIENCE)
        else:
            self.timers.stop("words")
        if answer and not self._server_creates:
            self._wish()

    def _response_started(self, event: ResponseStarted) -> None:
        self._response = event.response_id
        self._answered_tools = False
        self._stalls = 0
        self.desk.response_started(event.response_id)

    def _response_finished(self, event: ResponseFinished) -> None:
        if self._response == event.response_id:
            self._response = None
        self.desk.response_finished(event.response_id, event.spoke)
        if event.status == "failed":
            self._response_failed(event)
            return
        if event.status != "cancelled":
            self._failures = 0
        if self.closing is not None:
            self._closing_response(event)
        elif self._answered_tools and not self.desk.waits:
            self._answered_tools = False
            self._wish()

    def _closing_response(self, event: ResponseFinished) -> None:
        closing = self.closing
        assert closing is not None
        self._answered_tools = False
        closing.spoken = closing.spoken or event.spoke or self._playing
        if not closing.spoken:
            closing.spoken = True
            self._wish()  # the tool came without words: let the model say its farewell
        elif not self._playing and not event.spoke:
            self._finish_leg(event.at, closing.reason, closing.next)

    def _response_failed(self, event: ResponseFinished) -> None:
        kind = errors.ERRORS.get(event.code or "", errors.MODEL_OVERLOADED)
        self._failures += 1
        delay = kind.strategy.delay_ms(self._failures) if kind.retry else None
        if delay is None:
            self._finish_leg(event.at, f"model: {kind.code}", "apologise")
            return
        if self._failures == 1 and not self._playing:
            self._do(PlayClip("hold"))
        self.timers.start("retry", event.at, delay / 1000)

    def _playback_finished(self, at: datetime) -> None:
        self._playing = False
        self.desk.played()
        if self.closing is not None and self.closing.spoken and self._response is None:
            self._finish_leg(at, self.closing.reason, self.closing.next)
            return
        self._settle_turns_over_agent(at)

    def _interrupted(self, event: Interrupted) -> None:
        self._playing = False
        self.desk.cut(event.cut)
        self._do(ClearPlayout())
        if self._response is not None:
            self._do(CancelResponse(self._response))
        for heard in event.cut:
            self.turns.cut(heard, event.at)
            if heard.heard_ms > 0:
                self._do(TruncateItem(heard.item_id, heard.content_index, heard.heard_ms))
            else:
                self._do(DeleteItem(heard.item_id))
        self._over_agent = []  # the turn that goes on now is answered at its end, with all that was said before
        if self.closing is not None and self.closing.next == "goodbye":
            self.closing = None  # the caller has something to add
            self.timers.stop("closing")
        self._queue.append(ListeningStarted(**self._at(event.at)))

    # --- the order ---

    def _tool_called(self, event: ToolCalled) -> None:
        if self.desk.order is None:
            return
        before = self.desk.order
        outcome = self.desk.call_tool(event)
        if outcome is None:
            self.timers.start("confirm", event.at, 1.5)
            return
        self._tool_done(event, outcome, before)

    def _tool_done(self, event: ToolCalled, outcome: ToolOutcome, before: Order | None = None) -> None:
        before = before or self.desk.order
        assert before is not None
        self.timers.stop("confirm")
        self._answered_tools = True
        waited_elsewhere = self._response is None
        for effect in self.desk.effects_of(event, outcome, before):
            self._do(effect)
        self._report(event, outcome)
        match outcome.action:
            case TransferToStaff(reason=reason):
                self._close(event.at, reason, "transfer")
            case EndCall(reason=reason):
                self._close(event.at, reason, "goodbye")
            case _:
                pass
        if waited_elsewhere and not self.desk.waits and self.closing is None:
            self._answered_tools = False
            self._wish()  # the response that called the tool is over already

    def _report(self, event: ToolCalled, outcome: ToolOutcome) -> None:
        """The outcome as an event, so that the table decides the state; a refusal's error goes to the log."""
        common: dict[str, Any] = {**self._at(event.at), "tool": event.name}
        if outcome.error is not None:
            kind = errors.ERRORS[outcome.error]
            self._do(ReportError(kind.event(self.call_id, event.at, outcome.message or "", tool=event.name)))
        if outcome.kind == "incomplete":
            self._queue.append(OrderIncomplete(**common))
        elif outcome.kind == "refused":
            self._queue.append(OrderRefused(**common, code=outcome.error, reason=outcome.message or ""))
        else:
            self._queue.append(OrderReady(**common))

    def _order_event(self, event: OrderEvent) -> None:
        if event.type == "order.complete":
            effects = self.desk.submitted()
        elif event.type == "order.error":
            effects = self.desk.submit_failed()
        else:
            return
        for effect in effects:
            self._do(effect)
        if effects and self._response is None:
            self._answered_tools = False
            self._wish()

    # --- the end of a conversation ---

    def _close(self, at: datetime, reason: str, following: NextStepName, spoken: bool = False) -> None:
        """The conversation ends once the last words were heard."""
        self.closing = Closing(reason, following, spoken)
        self.timers.start("closing", at, FAREWELL_PATIENCE)

    def _key_pressed(self, event: KeyPressed) -> None:
        self._prompts = 0
        if event.digit == "0":
            self._finish_leg(event.at, "the caller pressed 0", "transfer")
            return
        self._do(Note(prompts.key_note(event.digit)))
        self._wish()

    # --- errors and time ---

    def _error(self, event: ErrorEvent) -> None:
        """What a severity means. High errors come as lost connections and failed responses, which carry the retry."""
        severity = event.error.severity
        if severity == "medium" and self.state in TALKING:
            if event.error.code == errors.TRANSCRIPTION_FAILED.code:
                self._do(Note(prompts.NOT_UNDERSTOOD_NOTE))
            elif event.error.code == errors.AUDIO_BUFFER_OVERFLOW.code:
                self._do(Note(prompts.TOO_LONG_NOTE))
            self._wish()
        elif severity == "critical" or (severity == "high" and not event.error.retry):
            if self.state is not State.DISCONNECTED:
                self._finish_leg(event.at, event.error.code, "apologise")

    def _timed_out(self, event: TimedOut) -> None:
        for name in self.timers.take_due(event.at):
            if name == "confirm":
                if (waited := self.desk.words_overdue()) is not None:
                    self._tool_done(*waited)
            elif name == "retry":
                self._wish()
            elif name == "words":
                self._settle_turns_over_agent(event.at, overdue=True)
            elif name == "closing" and self.closing is not None:
                self._finish_leg(event.at, self.closing.reason, self.closing.next)
            elif name == "patience":
                self._patience_over(event.at)

    def _patience_over(self, at: datetime) -> None:
        """A state has lasted too long. Each arm leads nearer to Disconnected, so that silence alone ends any call."""
        common = self._at(at)
        self.timers.start("patience", at, PATIENCE[self.state])
        match self.state:
            case State.CONNECTING:
                self._queue.append(ConnectionFailed(**common))
            case State.CONNECTED | State.SESSION_SETUP:
                self._queue.append(ModelLost(**common))
            case State.READY | State.LISTENING:
                silent = VADData(audio_start_ms=0, confidence=0)
                self._queue.append(VADEvent(type="vad.silence", data=silent, **common))
                self._ask_silent_caller(at)
            case State.IDLE:
                self._ask_silent_caller(at)
            case State.AUDIO_PLAYBACK:
                self._queue.append(PlaybackFinished(**common))
            case State.INTERRUPTED:
                self._queue.append(ListeningStarted(**common))
            case State.ERROR | State.RECOVERING:
                self._queue.append(RecoveryFailed(**common))
            case _:
                self._stalled(at)

    def _ask_silent_caller(self, at: datetime) -> None:
        if self.closing is not None:
            return
        self._prompts += 1
        if self._prompts > SILENCE_PROMPTS:
            self._close(at, "the caller stayed silent", "goodbye", spoken=True)
            self._do(Note(prompts.SILENT_GOODBYE_NOTE))
        else:
            self._do(Note(prompts.STILL_THERE_NOTE))
        self._wish()

    def _stalled(self, at: datetime) -> None:
        """The model owes an answer: ask once more, then take it for lost."""
        self._stalls += 1
        if self._stalls == 1:
            self._wish()
            return
        self._stalls = 0
        self._queue.append(ModelLost(**self._at(at), code=errors.MODEL_OVERLOADED.code))

    def _at(self, at: datetime) -> dict[str, Any]:
        """What every event of this call carries."""
        return {"session_id": self.call_id, "timestamp": milliseconds(at)}

    def _do(self, effect: Effect) -> None:
        self._effects.append(effect)
