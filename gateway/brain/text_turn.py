"""One turn of a call without a media stream: what was gathered goes in, what is said and logged comes out. Pure.

Rules: the core gets the same events in the same order as from a voice model, so that the same rules hold: read-back,
assent, keys, silence, emergencies; what the caller was told last counts as heard when they answer it; a result that
Twilio's recogniser is not sure of is a turn that was not understood, and a yes to the read-back needs more certainty
than a dish; the order is stored before anything else is said.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway import errors
from gateway.brain.mind import Mind
from gateway.brain.text_model import TextModel
from gateway.call.effects import (
    ConfigureModel,
    Effect,
    EndLeg,
    HoldOrder,
    KeepConsent,
    KeepMessage,
    OpenModel,
    RaiseAlert,
    ReportError,
    SubmitOrder,
    TextOrder,
)
from gateway.call.machine import Call
from gateway.call.offers import offer_changed
from gateway.call.redaction import Redaction
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AlertRaised,
    AnyEvent,
    AudioCommitted,
    Ended,
    ErrorEvent,
    Gathered,
    KeyPressed,
    KitchenSaid,
    LegEnded,
    LegStarted,
    LogDamaged,
    MessageLeft,
    ModelOpened,
    PlaybackFinished,
    SessionData,
    SessionEvent,
    SessionRequested,
    StaffActed,
    TextAgreed,
    TranscriptionData,
    TranscriptionEvent,
    stamp_of,
)
from gateway.orders.hearing.emergency import is_emergency
from gateway.orders.offer import Offer
from gateway.orders.order import Order, OrderState
from gateway.orders.restaurant import LOCALES, Language

USABLE = 0.35
"""Twilio's `Confidence` under which words are not taken for what was said."""
SURE = 0.55
"""As `USABLE`, for what is said to the read-back of an order."""
MOST_RETURNS = 2
"""How often in a call the voice model takes over again; one that comes and goes is worse than none."""
NAME_LENGTH = 8
"""So much of a call's id tells it from others; the model's side takes no long names."""
MOST_RESPONSES = 16
"""Responses in one turn; a mind that needs more does not come to an end."""
RESTS = frozenset({State.DISCONNECTED, State.READY, State.IDLE, State.AUDIO_PLAYBACK})
"""States in which a turn may end."""
MODEL = "text-only"


@dataclass(frozen=True, slots=True)
class Input:
    """What a `<Gather>` has got: keys, or words with the recogniser's confidence (None: not told), or nothing."""

    keys: str = ""
    words: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What is to be said and asked now.

    Attributes:
        leg: The leg it belongs to.
        turn: The number of the turn in which the caller will answer.
        text: The agent's words; may be empty.
        language: Of the conversation.
        reads_back: It is the read-back, which must be heard to its end.
        pause: How many times the usual patience the caller may stay silent.
        over: The leg has ended; what follows is read from the log.
    """

    leg: int
    turn: int
    text: str
    language: Language
    reads_back: bool
    pause: int
    over: bool


class TextTurn:
    """The call as its log has it, and the events that a turn adds to it.

    Attributes:
        call: The core.
        events: What is to be logged, in order; whoever logs them takes them out.
        happened: For each of them what the core took in because of it, as `Call.happened`; taken out with them.
        submit: The order that is to be stored before the turn goes on.
        text: The order that is to be confirmed by a text message; None: none is.
        hold: Whether an order is to be kept for the number's next call, and which; None: nothing changed.
        errors: What the core reports, for logs and metrics.
    """

    def __init__(self, call: Call, mind: Mind, caller_number: str | None) -> None:
        """A turn of a call before its first event.

        Args:
            call: new.
            mind: decides what is said.
            caller_number: E.164; goes into a message that the caller leaves to be rung back.
        """
        self.call = call
        self.events: list[AnyEvent] = []
        self.happened: list[tuple[AnyEvent, ...]] = []
        self.submit: Order | None = None
        self.text: TextOrder | None = None
        self.hold: HoldOrder | None = None
        self.errors: list[ErrorEvent] = []
        self._model = TextModel(mind)
        # An order goes from call to call with the ids of what was done to it: no two calls may give the same.
        self._name = call.call_id[-NAME_LENGTH:]
        self._number = caller_number
        self._redaction = Redaction()
        self._inbox: deque[AnyEvent] = deque()
        self._said: list[str] = []
        self._responses = 0

    def fold(self, log: Iterable[AnyEvent]) -> None:
        """Take in what is logged already; it was carried out then."""
        for event in log:
            self._redaction.clean(event)
            self._take(event)

    @property
    def rests(self) -> bool:
        """Whether the last turn is complete: nothing is owed to the caller."""
        return self.call.state in RESTS and not self._model.wished and not self.call.desk.waits

    @property
    def answer(self) -> TextAnswer:
        """What the caller is told, as far as the log goes."""
        call = self.call
        return TextAnswer(
            leg=call.leg,
            turn=call.turn + 1,
            text=" ".join(self._said),
            language=self._model.language,
            reads_back=call.desk.reads_back,
            pause=call.pause,
            over=call.state is State.DISCONNECTED,
        )

    # --- what happens ---

    def begin(self, leg: int, offer: Offer | None, at: datetime, damaged: LogDamaged | None = None) -> None:
        """Begin a leg without a media stream.

        Args:
            leg: its number.
            offer: what can be had; None: not known.
            at: now.
            damaged: what of the log is lost that the call does not know of; None: nothing.
        """
        self._offer_is(offer, at)
        if damaged is not None:
            self._tell(damaged)
        self._tell(LegStarted(**stamp_of(self.call.call_id, at), leg=leg, stream_sid="", kind="gather"))
        self.go_on(at)

    def gathered(
        self,
        turn: int,
        given: Input,
        offer: Offer | None,
        at: datetime,
        *,
        voice_ready: bool,
        news: Iterable[StaffActed | KitchenSaid] = (),
    ) -> None:
        """The caller has answered, or not.

        Args:
            turn: the number of the turn.
            given: what they said or pressed.
            offer: what can be had; None: not known.
            at: now.
            voice_ready: the voice model can be had again; it takes over unless the order has been read back.
            news: what people at the restaurant want done with the call, and what the kitchen says.
        """
        stamp = stamp_of(self.call.call_id, at)
        untold = self.call.order is not None and self.call.order.state is OrderState.DRAFT
        if self.call.playing:
            self._tell(PlaybackFinished(**stamp))
        self._offer_is(offer, at)
        self._tell(Gathered(**stamp, leg=self.call.leg, turn=turn, heard=bool(given.keys or given.words)))
        for one in news:
            self._tell(one)
        for key in given.keys:
            self._tell(KeyPressed(**stamp, digit=key))
        if given.words and not given.keys:
            self._hear(given, turn, at)
        self._drain(at)
        if voice_ready and untold and not given.keys and self._may_return():
            self._tell(Ended(**stamp, reason="the voice model is back", next="reconnect"))
        self.go_on(at)

    def stored(self, event: AnyEvent, *, logged: bool, at: datetime) -> None:
        """The outcome of the submit; `logged`: it is in the log already."""
        self.submit = None
        if logged:
            self._take(event, at)
            self._drain(at)
        else:
            self._inbox.appendleft(event)
        self.go_on(at)

    def go_on(self, at: datetime) -> None:
        """Let the model answer until it is quiet, or an order waits to be stored."""
        self._drain(at)
        while self.submit is None and self._model.wished and self.call.state is not State.DISCONNECTED:
            self._responses += 1
            if self._responses > MOST_RESPONSES:
                self._tell(Ended(**stamp_of(self.call.call_id, at), reason="text-only: no end of it", next="apologise"))
            else:
                turn = f"{self._name}_{self.call.leg}_{self.call.turn}"
                self._inbox += self._model.respond(self.call.call_id, turn, at, playing=self.call.playing)
            self._drain(at)
        if self.submit is None and self.call.closing and self.call.playing:
            # Nothing can interrupt the last words, and nobody is asked after them.
            self._tell(PlaybackFinished(**stamp_of(self.call.call_id, at)))
            self._drain(at)

    # --- inside ---

    def _hear(self, given: Input, turn: int, at: datetime) -> None:
        stamp, item_id = stamp_of(self.call.call_id, at), f"heard_{self._name}_{self.call.leg}_{turn}"
        order = self.call.order
        needed = SURE if order is not None and order.state is OrderState.READ_BACK else USABLE
        sure = given.confidence is None or given.confidence >= needed or is_emergency(given.words)
        data = TranscriptionData(
            text=given.words if sure else "",
            confidence=given.confidence or 0.0,
            language=LOCALES[self._model.language],
            is_final=True,
            item_id=item_id,
        )
        self._tell(AudioCommitted(**stamp, item_id=item_id))
        kind: Literal["transcription.complete", "transcription.error"]
        kind = "transcription.complete" if sure else "transcription.error"
        self._tell(TranscriptionEvent(**stamp, type=kind, data=data))
        if not sure:
            self._tell(errors.TRANSCRIPTION_FAILED.event(self.call.call_id, at, "the recogniser was not sure"))

    def _may_return(self) -> bool:
        """Whether the voice model may take over here; somebody in danger is answered at once."""
        call = self.call
        alarmed = any(alert.kind == "emergency" for alert in call.alerts.raised)
        wanted = call.stream_serves and call.returns < MOST_RETURNS and not alarmed
        return wanted and call.state is not State.DISCONNECTED and not call.closing

    def _offer_is(self, offer: Offer | None, at: datetime) -> None:
        if offer is not None and offer != self.call.desk.offer:
            self._tell(offer_changed(offer, self.call.call_id, at))

    def _tell(self, event: AnyEvent) -> None:
        self._inbox.append(event)

    def _drain(self, at: datetime) -> None:
        while self._inbox and self.submit is None:
            event = self._redaction.clean(self._inbox.popleft())
            self.events.append(event)
            self._take(event, at)
            self.happened.append(self.call.happened)

    def _take(self, event: AnyEvent, at: datetime | None = None) -> None:
        """One event: through the core and to the model; with `at` its effects are carried out."""
        if isinstance(event, LegStarted | Gathered):
            self._said.clear()
        elif isinstance(event, AgentSaid):
            self._said.append(event.text)
        effects = self.call.handle(event)
        self._model.take(event, effects)
        if at is not None:
            for effect in effects:
                self._carry_out(effect, at)

    def _carry_out(self, effect: Effect, at: datetime) -> None:
        stamp = stamp_of(self.call.call_id, at)
        match effect:
            case OpenModel():
                self._tell(ModelOpened(**stamp))
            case ConfigureModel():
                data = SessionData(model=MODEL, capabilities=("text", "tools"))
                self._tell(SessionRequested(**stamp))
                self._tell(SessionEvent(**stamp, type="session.updated", data=data))
            case SubmitOrder(order):
                self.submit = order
            case HoldOrder():
                self.hold = effect
            case KeepMessage(tool_call_id, text, name, number_back, order_words):
                number = self._number if number_back else None
                self._tell(
                    MessageLeft(
                        **stamp, tool_call_id=tool_call_id, text=text, name=name, number=number, order=order_words
                    )
                )
            case KeepConsent(tool_call_id, item_id, words, language, agreed):
                said = {"tool_call_id": tool_call_id, "item_id": item_id, "words": words, "language": language}
                self._tell(TextAgreed.model_validate(stamp | said | {"agreed": agreed}))
            case TextOrder():
                self.text = effect
            case RaiseAlert(kind, reason):
                self._tell(AlertRaised(**stamp, kind=kind, reason=reason))
            case ReportError(error):
                self.errors.append(error)
            case EndLeg():
                self._tell(LegEnded(**stamp, leg=self.call.leg, reason="closed"))
            case _:
                pass  # the rest is for the model, or for a stream that is not there
