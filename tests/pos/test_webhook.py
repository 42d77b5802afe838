"""Signatures judged by the package standardwebhooks, and what follows from every answer."""

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.pos.webhook import (
    DELAYS_S,
    Dead,
    Delivered,
    Disable,
    Failure,
    Retry,
    WebhookSecretError,
    decide,
    delivery_id,
    headers,
    parse_retry_after,
    sign,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = '{"type":"order.confirmed","data":{"name":"Añá"}}'.encode()


def secret(sign_: str) -> str:
    return "whsec_" + base64.b64encode(sign_.encode() * 32).decode()


def test_every_active_secret_verifies_and_no_other() -> None:
    now = datetime.now(UTC)
    sent = headers([secret("n"), secret("o")], "o1_order-confirmed_1", now, BODY)
    for known in "no":
        assert Webhook(secret(known)).verify(BODY, sent) == {"type": "order.confirmed", "data": {"name": "Añá"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret("x")).verify(BODY, sent)
    assert sent["webhook-id"] == "o1_order-confirmed_1"
    assert sent["content-type"] == "application/json"


@given(st.text(max_size=40), st.binary(min_size=24, max_size=64))
def test_signatures_are_those_of_the_package(text: str, key: bytes) -> None:
    whsec = "whsec_" + base64.b64encode(key).decode()
    body = text.encode("utf-8", "replace").decode()
    assert sign(whsec, "m1", NOW, body.encode()) == Webhook(whsec).sign("m1", NOW, body)
    assert sign(whsec.removeprefix("whsec_"), "m1", NOW, body.encode()) == sign(whsec, "m1", NOW, body.encode())


@pytest.mark.parametrize("bad", ["whsec_not base64!", "whsec_c2hvcnQ=", "", "whsec_\u2603"])
def test_a_bad_secret_is_refused_and_not_quoted(bad: str) -> None:
    with pytest.raises(WebhookSecretError) as error:
        sign(bad, "m1", NOW, b"")
    assert bad == "" or bad.removeprefix("whsec_") not in str(error.value)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_only_2xx_is_a_receipt(status: int) -> None:
    assert decide(1, status, None, 0.5) == Delivered()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (100, "the receiver answered 100"),
        (302, "the receiver answered 302, a redirect"),
        (400, "the receiver answered 400"),
        (500, "the receiver answered 500"),
        ("timeout", "no complete answer in time"),
        ("connect", "no connection"),
        ("protocol", "the answer broke off or was not HTTP"),
        ("no_endpoint", "the restaurant has no POS endpoint"),
        ("internal", "an error of our own"),
    ],
)
def test_everything_else_is_tried_again_and_dead_at_last(outcome: int | Failure, reason: str) -> None:
    for attempt, delay in enumerate(DELAYS_S, start=1):
        assert decide(attempt, outcome, None, 0.5) == Retry(delay, reason)
    assert decide(len(DELAYS_S) + 1, outcome, None, 0.5) == Dead(reason)


def test_gone_disables_the_endpoint_at_any_attempt() -> None:
    assert decide(1, 410, 60.0, 0.5) == decide(8, 410, None, 0.5) == Disable("the receiver answered 410 Gone")


@given(
    attempt=st.integers(1, 7),
    status=st.sampled_from([301, 404, 429, 503]),
    asked=st.none() | st.floats(0, 1e6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_waits_are_spread_around_the_tables_and_never_shorter_than_asked(
    attempt: int, status: int, asked: float | None, jitter: float
) -> None:
    decision = decide(attempt, status, asked, jitter)
    assert isinstance(decision, Retry)
    least = min(asked or 0.0, 24 * 3600.0)
    assert least <= decision.after_s <= max(2 * DELAYS_S[attempt - 1], least)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, 24 * 3600.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_a_deliverys_id_is_always_the_same_and_has_no_dots() -> None:
    assert delivery_id("o1", "order.confirmed", 1) == delivery_id("o1", "order.confirmed", 1) == "o1_order-confirmed_1"
