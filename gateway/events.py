"""The one vocabulary of a call: the six v1 event families of the specification, and the family `call.*`.

An event is a fact that has happened. Events are frozen; their wire names are the specification's camelCase, their
Python names snake_case. `timestamp` is milliseconds since the Unix epoch (UTC). Audio payloads are base64.
`EventValidator` accepts exactly the six v1 families; the family `call.*` is what a telephone and tools add to them and
stays inside the gateway (the call's log, the core, the staff feed).
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError

from gateway.call_events import (
    VOCABULARY,
    AgentSaid,
    AlertKind,
    AlertRaised,
    AudioCommitted,
    CallerBegan,
    CallerPaused,
    CallEvent,
    CallStarted,
    ConnectionFailed,
    Dialled,
    Disclosed,
    Ended,
    Gathered,
    Heard,
    HungUp,
    Interrupted,
    KeyPressed,
    KitchenSaid,
    KitchenStatus,
    LegEnded,
    LegKind,
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
    OrderIncomplete,
    OrderPause,
    OrderReady,
    OrderRefused,
    PlaybackFinished,
    PlaybackStalled,
    PlaybackStarted,
    RecentOrder,
    RecoveryFailed,
    ResponseFinished,
    ResponseStarted,
    RetryStarted,
    SessionRequested,
    SoldOutItem,
    StaffActed,
    StaffAction,
    SubmitDelayed,
    TextAgreed,
    TextQueued,
    TimedOut,
    ToolCalled,
    TransferAccepted,
    TransferAnswered,
)
from gateway.event_base import Event, Record, Stamp, milliseconds, stamp_of

__all__ = [
    "EVENT_TYPES",
    "V1_FAMILIES",
    "VOCABULARY",
    "AgentSaid",
    "AlertKind",
    "AlertRaised",
    "AnyEvent",
    "AudioCommitted",
    "AudioData",
    "AudioEvent",
    "CallEvent",
    "CallStarted",
    "CallerBegan",
    "CallerPaused",
    "Confidence",
    "ConnectionFailed",
    "Dialled",
    "Disclosed",
    "Ended",
    "ErrorCategoryName",
    "ErrorData",
    "ErrorEvent",
    "Event",
    "Gathered",
    "Heard",
    "HungUp",
    "Interrupted",
    "InvalidEventError",
    "KeyPressed",
    "KitchenSaid",
    "KitchenStatus",
    "LegEnded",
    "LegKind",
    "LegStarted",
    "ListeningStarted",
    "ListeningStopped",
    "LogDamaged",
    "MessageLeft",
    "ModelChecked",
    "ModelLost",
    "ModelOpened",
    "MoveAsked",
    "OfferChanged",
    "OrderData",
    "OrderEvent",
    "OrderIncomplete",
    "OrderItem",
    "OrderPause",
    "OrderReady",
    "OrderRefused",
    "PlaybackFinished",
    "PlaybackStalled",
    "PlaybackStarted",
    "RecentOrder",
    "Record",
    "RecoveryFailed",
    "ResponseFinished",
    "ResponseStarted",
    "RetryStarted",
    "SessionData",
    "SessionEvent",
    "SessionRequested",
    "SeverityName",
    "SoldOutItem",
    "StaffActed",
    "StaffAction",
    "Stamp",
    "SubmitDelayed",
    "TextAgreed",
    "TextQueued",
    "TimedOut",
    "ToolCalled",
    "TranscriptionData",
    "TranscriptionEvent",
    "TransferAccepted",
    "TransferAnswered",
    "VADData",
    "VADEvent",
    "VoiceEvent",
    "json_schemas",
    "milliseconds",
    "read_event",
    "stamp_of",
]

Confidence = Annotated[float, Field(ge=0, le=1)]
"""How sure the source is, 0 to 1. Where the source does not say, 0 (unknown)."""

ErrorCategoryName = Literal["connection", "audio", "api", "business_logic"]
SeverityName = Literal["low", "medium", "high", "critical"]


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


EVENT_TYPES: frozenset[str] = frozenset(
    str(name)
    for family in (*V1_FAMILIES, *get_args(get_args(CallEvent)[0]))
    for name in get_args(family.model_fields["type"].annotation)
)
"""The `type` of every event that this version knows."""


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
