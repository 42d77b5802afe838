"""The one vocabulary of a call: the six v1 event families of the specification, and the family `call.*`.

An event is a fact that has happened. Events are frozen; their wire names are the specification's camelCase, their
Python names snake_case. `timestamp` is milliseconds since the Unix epoch (UTC). Audio payloads are base64.
`EventValidator` accepts exactly the six v1 families; the family `call.*` is what a telephone and tools add to them and
stays inside the gateway (the call's log, the core, the staff feed).
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

Confidence = Annotated[float, Field(ge=0, le=1)]
"""How sure the source is, 0 to 1. Where the source does not say, 0 (unknown)."""

ErrorCategoryName = Literal["connection", "audio", "api", "business_logic"]
SeverityName = Literal["low", "medium", "high", "critical"]


class Record(BaseModel):
    """What all events and their parts share: frozen, camelCase on the wire, unknown fields dropped."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )


class Event(Record):
    """A fact about one session. `session_id` is the call: Twilio's CallSid."""

    session_id: str
    timestamp: float

    @property
    def at(self) -> datetime:
        """When it happened, aware UTC."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    def to_json(self) -> str:
        """The event as it stands in the log: wire names, without fields that are not set."""
        return self.model_dump_json(exclude_none=True)


def milliseconds(at: datetime) -> float:
    """An aware time as an event's `timestamp`."""
    return at.timestamp() * 1000


# --- the six v1 families --------------------------------------------------------------------------------------------


class SessionData(Record):
    """What the model side offers: its name, its capabilities, its configuration."""

    model: str
    capabilities: tuple[str, ...]
    config: dict[str, Any] | None = None


class SessionEvent(Event):
    """The model's session came up, changed, or could not be configured."""

    type: Literal["session.created", "session.updated", "session.error"]
    data: SessionData


class AudioData(Record):
    """One piece of audio. `duration` is in milliseconds."""

    format: Literal["pcm16", "mulaw"]
    sample_rate: float
    channels: Literal[1]
    payload: str
    duration: float | None = None


class AudioEvent(Event):
    """Audio in either direction. Never logged, never stored: frames run beside the core."""

    type: Literal["audio.input", "audio.output", "audio.delta", "audio.complete"]
    sequence_number: float
    data: AudioData


class TranscriptionData(Record):
    """What the caller was understood to say. `item_id` names the model's conversation item, where there is one."""

    text: str
    confidence: Confidence
    language: str = "en-US"
    is_final: bool
    item_id: str | None = None


class TranscriptionEvent(Event):
    """The caller's words, as far as they are understood."""

    type: Literal["transcription.partial", "transcription.complete", "transcription.error"]
    data: TranscriptionData


class OrderItem(Record):
    """One item of an order as understood or as held."""

    menu_item_id: str
    quantity: float
    modifications: tuple[str, ...] = ()
    confidence: Confidence


class OrderData(Record):
    """What the caller wants, or what became of it. `total_amount` is integer cents inside the gateway."""

    intent: str
    items: tuple[OrderItem, ...] = ()
    total_amount: float | None = None
    status: Literal["pending", "confirmed", "failed"] | None = None


class OrderEvent(Event):
    """An order understood, worked on, done, or failed.

    `version` is that of the order which is done or failed. With `order.error` a `reason` says what is known: none, then
    it is not even known whether the order is placed; `placed_before`: it is, as it stood in `placed` (the JSON of the
    order); `needs_person`: it is not, the caller's number has ordered too much of late.
    """

    type: Literal["order.intent", "order.processing", "order.complete", "order.error"]
    order_id: str | None = None
    data: OrderData
    version: int | None = None
    reason: Literal["placed_before", "needs_person"] | None = None
    placed: str | None = None


class VADData(Record):
    """Where speech began and ended, in milliseconds of the session's input audio."""

    audio_start_ms: float
    audio_end_ms: float | None = None
    confidence: Confidence


class VADEvent(Event):
    """The caller began or ceased to speak, or has been silent."""

    type: Literal["vad.speech_start", "vad.speech_end", "vad.silence"]
    data: VADData


class ErrorData(Record):
    """An error by the taxonomy of `gateway.errors`."""

    code: str
    message: str
    category: ErrorCategoryName
    severity: SeverityName
    retry: bool
    context: dict[str, Any] | None = None


class ErrorEvent(Event):
    """Something went wrong; `gateway.errors` says what follows."""

    type: Literal["error"]
    error: ErrorData


VoiceEvent = Annotated[
    SessionEvent | AudioEvent | TranscriptionEvent | OrderEvent | VADEvent | ErrorEvent, Field(discriminator="type")
]
_V1: TypeAdapter[VoiceEvent] = TypeAdapter(VoiceEvent)


class InvalidEventError(ValueError):
    """The value is not an event of the six v1 families. The message lists places and reasons, never the input."""


class EventValidator:
    """The door for v1 events (specification, "Event Validation Utilities")."""

    @staticmethod
    def validate(event: object) -> VoiceEvent:
        """The value as an event.

        Args:
            event: a mapping with the specification's names, or JSON text.

        Raises:
            InvalidEventError: it is none of the six families, or a field is missing or out of its bounds.
        """
        try:
            if isinstance(event, str | bytes | bytearray):
                return _V1.validate_json(event)
            return _V1.validate_python(event)
        except ValidationError as error:
            raise InvalidEventError(f"Invalid event format: {_reasons(error)}") from None

    @staticmethod
    def is_error_event(event: VoiceEvent) -> bool:
        """Whether the event is of the error family."""
        return event.type == "error"

    @staticmethod
    def requires_retry(event: VoiceEvent) -> bool:
        """Whether the event is an error whose cause is worth another attempt."""
        return isinstance(event, ErrorEvent) and event.error.retry


def _reasons(error: ValidationError) -> str:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'event'}: {e['msg']}" for e in found)


# --- the family call.* ----------------------------------------------------------------------------------------------


class RecentOrder(Record):
    """An order that the same number placed a little while ago: its total in cents, and when (milliseconds)."""

    cents: int
    at: float


class CallStarted(Event):
    """A caller rang a restaurant. The first event of every call's log.

    `caller_key` is the keyed hash of the number (None: withheld), `held_order` the JSON of an open order that the same
    number left within the window, `recent_orders` what it placed lately, oldest first.
    """

    type: Literal["call.started"] = "call.started"
    restaurant_id: str
    caller_key: str | None = None
    caller_last_two: str | None = None
    held_order: str | None = None
    recent_orders: tuple[RecentOrder, ...] = ()
    menu_digest: str = ""


class Disclosed(Event):
    """The disclosure stands in the TwiML before the stream, so it is said before anything else."""

    type: Literal["call.disclosed"] = "call.disclosed"
    text: str


class LegStarted(Event):
    """A media stream of this call began: Twilio's `start` was accepted."""

    type: Literal["call.leg_started"] = "call.leg_started"
    leg: int
    stream_sid: str


class LegEnded(Event):
    """A media stream ended. `stopped`: Twilio said so; `lost`: the socket closed without it; `closed`: by us."""

    type: Literal["call.leg_ended"] = "call.leg_ended"
    leg: int
    reason: Literal["stopped", "lost", "closed"]


class HungUp(Event):
    """The caller's telephone call is over (Twilio's final status)."""

    type: Literal["call.hung_up"] = "call.hung_up"
    status: str = "completed"


class ModelOpened(Event):
    """A socket to the model is open (new or from the warm pool)."""

    type: Literal["call.model_opened"] = "call.model_opened"


class SessionRequested(Event):
    """`session.update` was sent on the open socket."""

    type: Literal["call.session_requested"] = "call.session_requested"


class ConnectionFailed(Event):
    """The model could not be reached within the attempts of the error table. `code` is the taxonomy's."""

    type: Literal["call.connection_failed"] = "call.connection_failed"
    code: str = "WS_CONNECTION_FAILED"


class ModelLost(Event):
    """The model's socket broke, or its session ended. `code` is the taxonomy's; `planned`: an own move."""

    type: Literal["call.model_lost"] = "call.model_lost"
    code: str = "WS_CONNECTION_FAILED"
    planned: bool = False


class ListeningStarted(Event):
    """The caller's audio goes to the model from now on."""

    type: Literal["call.listening_started"] = "call.listening_started"


class ListeningStopped(Event):
    """The caller's audio is replaced by silence from now on."""

    type: Literal["call.listening_stopped"] = "call.listening_stopped"


class AudioCommitted(Event):
    """The caller's turn is an item of the model's conversation (Realtime `input_audio_buffer.committed`)."""

    type: Literal["call.audio_committed"] = "call.audio_committed"
    item_id: str


class ResponseStarted(Event):
    """The model began to answer (Realtime `response.created`)."""

    type: Literal["call.response_started"] = "call.response_started"
    response_id: str


class ResponseFinished(Event):
    """The model's answer is over (Realtime `response.done`). `code` is the taxonomy's, when it failed."""

    type: Literal["call.response_finished"] = "call.response_finished"
    response_id: str
    status: Literal["completed", "cancelled", "incomplete", "failed"] = "completed"
    code: str | None = None
    spoke: bool = False


class PlaybackStarted(Event):
    """The first audio of an answer goes out to the caller."""

    type: Literal["call.playback_started"] = "call.playback_started"
    item_id: str


class PlaybackFinished(Event):
    """All that the model has said so far was played to the caller (Twilio's marks)."""

    type: Literal["call.playback_finished"] = "call.playback_finished"


class Heard(Record):
    """How much of an item of the agent's speech was heard, in milliseconds of that item's audio."""

    item_id: str
    content_index: int = 0
    heard_ms: int
    produced_ms: int


class Interrupted(Event):
    """The caller spoke over the agent long enough to take the turn. `cut`: what was not heard to its end."""

    type: Literal["call.interrupted"] = "call.interrupted"
    cut: tuple[Heard, ...] = ()


class AgentSaid(Event):
    """The words of an item of the agent's speech, complete as the model made them."""

    type: Literal["call.agent_said"] = "call.agent_said"
    item_id: str
    response_id: str
    text: str


class ToolCalled(Event):
    """The model called a tool in a completed response. `arguments` is its JSON text, unchecked."""

    type: Literal["call.tool_called"] = "call.tool_called"
    response_id: str
    tool_call_id: str
    name: str
    arguments: str


class OrderReady(Event):
    """A tool did what was asked and nothing is missing from what it touched."""

    type: Literal["call.order.ready"] = "call.order.ready"
    tool: str


class OrderIncomplete(Event):
    """The order needs more from the caller before it can go on."""

    type: Literal["call.order.incomplete"] = "call.order.incomplete"
    tool: str
    missing: tuple[str, ...] = ()


class OrderRefused(Event):
    """A tool call was refused: the menu, the rules or the state of the order do not allow it."""

    type: Literal["call.order.refused"] = "call.order.refused"
    tool: str
    code: str | None = None
    reason: str = ""


class SoldOutItem(Record):
    """Something that has run out: an item id, or `group id/option id`; `until` in milliseconds, None: not known."""

    ref: str
    until: float | None = None


class OfferChanged(Event):
    """What can be had is another than the call knew: the whole 86 list, and how long an order takes now.

    `quote_minutes` is None while it takes as long as the restaurant's settings say.
    """

    type: Literal["call.offer_changed"] = "call.offer_changed"
    sold_out: tuple[SoldOutItem, ...] = ()
    quote_minutes: int | None = None


class MessageLeft(Event):
    """The caller left a message for the restaurant's staff.

    `number` is E.164, and there only when the caller wants to be rung back; `order` is the order as it stood, in words.
    """

    type: Literal["call.message_left"] = "call.message_left"
    tool_call_id: str
    text: str
    name: str | None = None
    number: str | None = None
    order: str | None = None


AlertKind = Literal["emergency", "transfer_unanswered", "message"]


class AlertRaised(Event):
    """Staff must look at this call. `reason` says why, in words of ours or the model's and never the caller's."""

    type: Literal["call.alert_raised"] = "call.alert_raised"
    kind: AlertKind
    reason: str = ""


class KeyPressed(Event):
    """The caller pressed a key (Twilio `dtmf`)."""

    type: Literal["call.key_pressed"] = "call.key_pressed"
    digit: str


class RetryStarted(Event):
    """The wait after a failure is over; the model is tried again."""

    type: Literal["call.retry_started"] = "call.retry_started"
    attempt: int


class RecoveryFailed(Event):
    """The attempts of the error table are used up."""

    type: Literal["call.recovery_failed"] = "call.recovery_failed"
    code: str = "WS_CONNECTION_FAILED"


class Ended(Event):
    """The conversation is over by decision; the stream is closed and `/twiml/next` says what follows."""

    type: Literal["call.ended"] = "call.ended"
    reason: str
    next: Literal["goodbye", "transfer", "apologise", "reconnect"] = "goodbye"


class TimedOut(Event):
    """The call's deadline passed."""

    type: Literal["call.timed_out"] = "call.timed_out"


CallEvent = Annotated[
    CallStarted
    | Disclosed
    | LegStarted
    | LegEnded
    | HungUp
    | ModelOpened
    | SessionRequested
    | ConnectionFailed
    | ModelLost
    | ListeningStarted
    | ListeningStopped
    | AudioCommitted
    | ResponseStarted
    | ResponseFinished
    | PlaybackStarted
    | PlaybackFinished
    | Interrupted
    | AgentSaid
    | ToolCalled
    | OrderReady
    | OrderIncomplete
    | OrderRefused
    | OfferChanged
    | MessageLeft
    | AlertRaised
    | KeyPressed
    | RetryStarted
    | RecoveryFailed
    | Ended
    | TimedOut,
    Field(discriminator="type"),
]
AnyEvent = VoiceEvent | CallEvent
"""Whatever the core may be told."""
_ANY: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])

V1_FAMILIES: tuple[type[Event], ...] = (
    SessionEvent,
    AudioEvent,
    TranscriptionEvent,
    OrderEvent,
    VADEvent,
    ErrorEvent,
)


def read_event(text: str | bytes) -> AnyEvent:
    """An event of the call's log, of any of the seven families.

    Raises:
        InvalidEventError: the text is no event this version knows.
    """
    try:
        return _ANY.validate_json(text)
    except ValidationError as error:
        raise InvalidEventError(f"Invalid event in the log: {_reasons(error)}") from None


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (2020-12) per family, wire names; `VoiceEvent` is the union of the six, `CallEvent` the seventh."""
    schemas = {family.__name__: family.model_json_schema() for family in V1_FAMILIES}
    schemas["VoiceEvent"] = _V1.json_schema()
    schemas["CallEvent"] = TypeAdapter(CallEvent).json_schema()
    return schemas
