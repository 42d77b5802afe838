"""The error taxonomy as one table: what went wrong, how grave it is, whether and when it is tried again.

Codes are never renamed. Twelve errors in four categories (specification, "Error Taxonomy"); each category has one
recovery strategy. `ErrorHandler` turns the errors of Twilio, the model and our own parts into the table's rows:

    connection      WS_CONNECTION_FAILED  API_KEY_INVALID  RATE_LIMITED
    audio           MIC_ACCESS_DENIED  AUDIO_FORMAT_ERROR  AUDIO_BUFFER_OVERFLOW
    api             TRANSCRIPTION_FAILED  TTS_FAILED  MODEL_OVERLOADED
    business logic  ORDER_PARSE_ERROR  MENU_ITEM_NOT_FOUND  INCOMPLETE_ORDER

What a severity means: low is logged and the call goes on; medium, the caller is told; high, it is tried again with
backoff; critical, the leg ends and `/twiml/next` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.events import ErrorData, ErrorEvent, milliseconds


class ErrorCategory(StrEnum):
    """Where an error belongs."""

    CONNECTION = "connection"
    AUDIO = "audio"
    API = "api"
    BUSINESS_LOGIC = "business_logic"


class ErrorSeverity(StrEnum):
    """How grave an error is."""

    LOW = "low"
    """Logged; the call goes on."""
    MEDIUM = "medium"
    """The caller is told."""
    HIGH = "high"
    """Tried again with backoff."""
    CRITICAL = "critical"
    """The leg ends; `/twiml/next` decides."""


class Fallback(StrEnum):
    """What is done when the attempts of a strategy are used up."""

    TEXT_ONLY = "text_only"
    """The specification's "switching to text-only mode": the order goes on without the voice model."""
    CHECK_LINE = "check_line"
    """The telephone's "prompting for microphone permission": the caller is asked to speak up or ring again."""
    CLARIFY = "clarify"
    """The caller is asked to say it differently."""


@dataclass(frozen=True, slots=True)
class RecoveryStrategy:
    """How often and when an error of a category is tried again. Delays are milliseconds."""

    max_retries: int
    backoff: str
    base_delay_ms: int
    max_delay_ms: int
    fallback: Fallback | None

    def delay_ms(self, attempt: int) -> int | None:
        """How long to wait before retry number `attempt` (from 1); None when there is none left."""
        if attempt > self.max_retries:
            return None
        factor = 2 ** (attempt - 1) if self.backoff == "exponential" else attempt
        return min(self.base_delay_ms * factor, self.max_delay_ms)


RECOVERY_STRATEGIES: Mapping[ErrorCategory, RecoveryStrategy] = {
    ErrorCategory.CONNECTION: RecoveryStrategy(3, "exponential", 1000, 10_000, Fallback.TEXT_ONLY),
    ErrorCategory.AUDIO: RecoveryStrategy(2, "linear", 500, 2000, Fallback.CHECK_LINE),
    ErrorCategory.API: RecoveryStrategy(5, "exponential", 2000, 30_000, None),
    ErrorCategory.BUSINESS_LOGIC: RecoveryStrategy(1, "linear", 0, 1000, Fallback.CLARIFY),
}


@dataclass(frozen=True, slots=True)
class ErrorType:
    """A row of the taxonomy."""

    code: str
    category: ErrorCategory
    severity: ErrorSeverity
    retry: bool
    message: str

    @property
    def strategy(self) -> RecoveryStrategy:
        """The recovery strategy of the error's category."""
        return RECOVERY_STRATEGIES[self.category]

    def event(self, session_id: str, at: datetime, detail: str = "", **context: Any) -> ErrorEvent:
        """The error as an event of the call. `detail` and `context` must hold no secret and no phone number."""
        message = f"{self.message}: {detail}" if detail else self.message
        return ErrorEvent(
            type="error",
            session_id=session_id,
            timestamp=milliseconds(at),
            error=ErrorData(
                code=self.code,
                message=message,
                category=self.category.value,
                severity=self.severity.value,
                retry=self.retry,
                context=context or None,
            ),
        )


_C, _S = ErrorCategory, ErrorSeverity
WS_CONNECTION_FAILED = ErrorType(
    "WS_CONNECTION_FAILED", _C.CONNECTION, _S.HIGH, True, "WebSocket connection failed"
)  # the model's socket was refused, broke, or its session expired
API_KEY_INVALID = ErrorType(
    "API_KEY_INVALID", _C.CONNECTION, _S.CRITICAL, False, "Invalid OpenAI API key"
)  # HTTP 401/403 on upgrade, `invalid_api_key`, close 3000; also an unknown model or an exhausted quota
RATE_LIMITED = ErrorType(
    "RATE_LIMITED", _C.CONNECTION, _S.HIGH, True, "API rate limit exceeded"
)  # HTTP 429 on upgrade, `rate_limit_exceeded` in an error or a failed response
MIC_ACCESS_DENIED = ErrorType(
    "MIC_ACCESS_DENIED", _C.AUDIO, _S.CRITICAL, False, "Microphone access denied"
)  # the telephone's case: the stream has no inbound track, or not one frame of the caller arrives
AUDIO_FORMAT_ERROR = ErrorType(
    "AUDIO_FORMAT_ERROR", _C.AUDIO, _S.HIGH, False, "Unsupported audio format"
)  # Twilio's start, or the model's `session.updated`, names another format than the one we speak
AUDIO_BUFFER_OVERFLOW = ErrorType(
    "AUDIO_BUFFER_OVERFLOW", _C.AUDIO, _S.MEDIUM, True, "Audio buffer overflow"
)  # more than 120 s of agent speech waits to be played
TRANSCRIPTION_FAILED = ErrorType(
    "TRANSCRIPTION_FAILED", _C.API, _S.MEDIUM, True, "Speech transcription failed"
)  # `conversation.item.input_audio_transcription.failed`, or our recogniser's failure
TTS_FAILED = ErrorType(
    "TTS_FAILED", _C.API, _S.MEDIUM, True, "Text-to-speech generation failed"
)  # a response ended without the speech it should have had, or our voice's failure
MODEL_OVERLOADED = ErrorType(
    "MODEL_OVERLOADED", _C.API, _S.HIGH, True, "OpenAI model temporarily overloaded"
)  # `server_error`, HTTP 500/502/503/504 on upgrade
ORDER_PARSE_ERROR = ErrorType(
    "ORDER_PARSE_ERROR", _C.BUSINESS_LOGIC, _S.LOW, True, "Could not parse order from speech"
)  # a tool call whose arguments are no order
MENU_ITEM_NOT_FOUND = ErrorType(
    "MENU_ITEM_NOT_FOUND", _C.BUSINESS_LOGIC, _S.LOW, False, "Requested menu item not available"
)  # a tool call naming what the menu does not have
INCOMPLETE_ORDER = ErrorType(
    "INCOMPLETE_ORDER", _C.BUSINESS_LOGIC, _S.LOW, False, "Order requires additional information"
)  # reading back or confirming an order that lacks a size, a required choice, a name

ERRORS: Mapping[str, ErrorType] = {
    row.code: row
    for row in (
        WS_CONNECTION_FAILED,
        API_KEY_INVALID,
        RATE_LIMITED,
        MIC_ACCESS_DENIED,
        AUDIO_FORMAT_ERROR,
        AUDIO_BUFFER_OVERFLOW,
        TRANSCRIPTION_FAILED,
        TTS_FAILED,
        MODEL_OVERLOADED,
        ORDER_PARSE_ERROR,
        MENU_ITEM_NOT_FOUND,
        INCOMPLETE_ORDER,
    )
}

# Codes of the Realtime API's `error` events and failed responses.
_MODEL_CODES: Mapping[str, ErrorType] = {
    "invalid_api_key": API_KEY_INVALID,
    "model_not_found": API_KEY_INVALID,
    "beta_api_shape_disabled": API_KEY_INVALID,
    "insufficient_quota": API_KEY_INVALID,
    "rate_limit_exceeded": RATE_LIMITED,
    "server_error": MODEL_OVERLOADED,
    "session_expired": WS_CONNECTION_FAILED,
}
# Errors that only say that the wish came at the wrong moment. Nothing is broken and nothing is to be done.
HARMLESS_MODEL_CODES = frozenset(
    {
        "conversation_already_has_active_response",
        "response_cancel_not_active",
        "input_audio_buffer_commit_empty",
        "item_retrieve_invalid_item_id",
        "item_truncate_invalid_item_id",
        "item_delete_invalid_item_id",
        "unsupported_content_type",
        "invalid_value",
        "unknown_parameter",
        "missing_required_parameter",
    }
)
_FATAL_CLOSES = frozenset({3000, 4000, 4004})  # key, shape, model: a retry would meet the same answer


class GatewayError(Exception):
    """An error of a component, by the taxonomy. The cause is kept as `__cause__`."""

    def __init__(self, kind: ErrorType, detail: str = "", retry_after_ms: int = 0) -> None:
        super().__init__(f"{kind.code}: {detail or kind.message}")
        self.kind = kind
        self.detail = detail
        self.retry_after_ms = retry_after_ms
        """How long the peer asked to be left alone, milliseconds."""


class ErrorHandler:
    """Which row of the taxonomy an error is, and what follows from it."""

    @staticmethod
    def classify(error: BaseException) -> ErrorType:
        """The row for an exception that reached a component's border; the unknown is a broken connection."""
        return error.kind if isinstance(error, GatewayError) else WS_CONNECTION_FAILED

    @staticmethod
    def classify_model_error(code: str | None) -> ErrorType | None:
        """The row for a Realtime `error.code`; None when the session stays as good as it was."""
        if code is None or code in HARMLESS_MODEL_CODES:
            return None
        return _MODEL_CODES.get(code)

    @staticmethod
    def classify_response_failure(code: str | None) -> ErrorType:
        """The row for a response that ended `failed`; without a known code the model is taken to be overloaded."""
        return _MODEL_CODES.get(code or "", MODEL_OVERLOADED)

    @staticmethod
    def classify_close(code: int) -> ErrorType:
        """The row for the close code of the model's socket (facts: 3000 key, 4000 shape, 4004 model)."""
        return API_KEY_INVALID if code in _FATAL_CLOSES else WS_CONNECTION_FAILED

    @staticmethod
    def classify_upgrade(status: int) -> ErrorType:
        """The row for the HTTP status of a refused WebSocket upgrade to the model."""
        if status in (401, 403, 404):
            return API_KEY_INVALID
        if status == 429:
            return RATE_LIMITED
        return MODEL_OVERLOADED if status >= 500 else WS_CONNECTION_FAILED

    @staticmethod
    def next_delay_ms(kind: ErrorType, attempt: int) -> int | None:
        """Milliseconds before retry `attempt` (from 1); None: not to be retried (any more)."""
        return kind.strategy.delay_ms(attempt) if kind.retry else None
