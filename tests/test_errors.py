"""The error taxonomy against the specification's tables, and what each error from outside is classified as."""

from datetime import UTC, datetime

import pytest

from gateway import errors
from gateway.errors import (
    ERRORS,
    HARMLESS_MODEL_CODES,
    RECOVERY_STRATEGIES,
    ErrorCategory,
    ErrorHandler,
    ErrorSeverity,
    ErrorType,
    Fallback,
    GatewayError,
)
from gateway.events import EventValidator

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

# Code, category, severity, retry, message: the specification's twelve, in its order.
TAXONOMY = """
WS_CONNECTION_FAILED  | connection     | high     | true  | WebSocket connection failed
API_KEY_INVALID       | connection     | critical | false | Invalid OpenAI API key
RATE_LIMITED          | connection     | high     | true  | API rate limit exceeded
MIC_ACCESS_DENIED     | audio          | critical | false | Microphone access denied
AUDIO_FORMAT_ERROR    | audio          | high     | false | Unsupported audio format
AUDIO_BUFFER_OVERFLOW | audio          | medium   | true  | Audio buffer overflow
TRANSCRIPTION_FAILED  | api            | medium   | true  | Speech transcription failed
TTS_FAILED            | api            | medium   | true  | Text-to-speech generation failed
MODEL_OVERLOADED      | api            | high     | true  | OpenAI model temporarily overloaded
ORDER_PARSE_ERROR     | business_logic | low      | true  | Could not parse order from speech
MENU_ITEM_NOT_FOUND   | business_logic | low      | false | Requested menu item not available
INCOMPLETE_ORDER      | business_logic | low      | false | Order requires additional information
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TAXONOMY.strip().splitlines()]


def test_the_table_is_the_specifications() -> None:
    assert list(ERRORS) == [row[0] for row in ROWS]
    assert [
        [row.code, row.category.value, row.severity.value, str(row.retry).lower(), row.message]
        for row in ERRORS.values()
    ] == ROWS
    assert [category.value for category in ErrorCategory] == ["connection", "audio", "api", "business_logic"]
    assert [severity.value for severity in ErrorSeverity] == ["low", "medium", "high", "critical"]


@pytest.mark.parametrize("code", ERRORS)
def test_a_code_is_also_the_name_of_its_row(code: str) -> None:
    assert getattr(errors, code) is ERRORS[code]


@pytest.mark.parametrize(
    ("category", "retries", "backoff", "base", "longest", "fallback", "delays"),
    [
        ("connection", 3, "exponential", 1000, 10_000, Fallback.TEXT_ONLY, [1000, 2000, 4000]),
        ("audio", 2, "linear", 500, 2000, Fallback.CHECK_LINE, [500, 1000]),
        ("api", 5, "exponential", 2000, 30_000, None, [2000, 4000, 8000, 16_000, 30_000]),
        ("business_logic", 1, "linear", 0, 1000, Fallback.CLARIFY, [0]),
    ],
)
def test_the_four_strategies_have_the_specifications_numbers(
    category: str, retries: int, backoff: str, base: int, longest: int, fallback: Fallback | None, delays: list[int]
) -> None:
    strategy = RECOVERY_STRATEGIES[ErrorCategory(category)]
    assert (strategy.max_retries, strategy.backoff) == (retries, backoff)
    assert (strategy.base_delay_ms, strategy.max_delay_ms, strategy.fallback) == (base, longest, fallback)
    assert [strategy.delay_ms(attempt) for attempt in range(1, retries + 1)] == delays
    assert strategy.delay_ms(retries + 1) is None
    assert all(row.strategy is strategy for row in ERRORS.values() if row.category.value == category)


def test_every_category_has_a_strategy() -> None:
    assert set(RECOVERY_STRATEGIES) == set(ErrorCategory)


def test_only_what_is_worth_a_retry_has_a_delay() -> None:
    assert ErrorHandler.next_delay_ms(errors.RATE_LIMITED, 3) == 4000
    assert ErrorHandler.next_delay_ms(errors.RATE_LIMITED, 4) is None
    assert ErrorHandler.next_delay_ms(errors.API_KEY_INVALID, 1) is None


def test_an_error_becomes_an_event_of_the_call() -> None:
    event = errors.MENU_ITEM_NOT_FOUND.event("CA1", NOW, "no such pizza", tool="set_line")
    assert EventValidator.validate(event.to_json()) == event
    assert event.at == NOW
    assert event.error.message == "Requested menu item not available: no such pizza"
    assert event.error.context == {"tool": "set_line"}
    assert (event.error.code, event.error.category, event.error.severity) == (
        "MENU_ITEM_NOT_FOUND",
        "business_logic",
        "low",
    )
    bare = errors.RATE_LIMITED.event("CA1", NOW)
    assert (bare.error.message, bare.error.context, bare.error.retry) == ("API rate limit exceeded", None, True)


def test_an_exception_carries_its_row() -> None:
    error = GatewayError(errors.RATE_LIMITED, "HTTP 429")
    assert str(error) == "RATE_LIMITED: HTTP 429"
    assert str(GatewayError(errors.RATE_LIMITED)) == "RATE_LIMITED: API rate limit exceeded"
    assert ErrorHandler.classify(error) is errors.RATE_LIMITED
    assert ErrorHandler.classify(OSError("connection reset")) is errors.WS_CONNECTION_FAILED


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_api_key", errors.API_KEY_INVALID),
        ("model_not_found", errors.API_KEY_INVALID),
        ("beta_api_shape_disabled", errors.API_KEY_INVALID),
        ("insufficient_quota", errors.API_KEY_INVALID),
        ("rate_limit_exceeded", errors.RATE_LIMITED),
        ("server_error", errors.MODEL_OVERLOADED),
        ("session_expired", errors.WS_CONNECTION_FAILED),
        ("something_new", None),
        (None, None),
        *[(code, None) for code in sorted(HARMLESS_MODEL_CODES)],
    ],
)
def test_a_model_error_is_a_row_or_leaves_the_session_as_it_was(code: str | None, kind: ErrorType | None) -> None:
    assert ErrorHandler.classify_model_error(code) is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("rate_limit_exceeded", errors.RATE_LIMITED),
        ("insufficient_quota", errors.API_KEY_INVALID),
        ("something_new", errors.MODEL_OVERLOADED),
        (None, errors.MODEL_OVERLOADED),
    ],
)
def test_a_failed_response_is_always_a_row(code: str | None, kind: ErrorType) -> None:
    assert ErrorHandler.classify_response_failure(code) is kind


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1015])
def test_a_close_is_a_broken_connection(code: int) -> None:
    assert ErrorHandler.classify_close(code) is errors.WS_CONNECTION_FAILED


@pytest.mark.parametrize("code", [3000, 4000, 4004])
def test_a_close_about_key_shape_or_model_is_not_tried_again(code: int) -> None:
    assert ErrorHandler.classify_close(code) is errors.API_KEY_INVALID


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.API_KEY_INVALID),
        (403, errors.API_KEY_INVALID),
        (404, errors.API_KEY_INVALID),
        (429, errors.RATE_LIMITED),
        (500, errors.MODEL_OVERLOADED),
        (502, errors.MODEL_OVERLOADED),
        (503, errors.MODEL_OVERLOADED),
        (504, errors.MODEL_OVERLOADED),
        (302, errors.WS_CONNECTION_FAILED),
        (400, errors.WS_CONNECTION_FAILED),
    ],
)
def test_a_refused_upgrade_is_a_row(status: int, kind: ErrorType) -> None:
    assert ErrorHandler.classify_upgrade(status) is kind
