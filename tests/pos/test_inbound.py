"""What a POS may tell us, and that it is the POS: judged by the reference library."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from gateway.pos.inbound import PosStatus, SignatureRefusedError, key_is_known, status_moves, verify

KEY, OTHER = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"k", b"o"))
BODY = b'{"status":"accepted"}'
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def signed(secret: str = KEY, at: datetime = NOW, message_id: str = "m1", body: bytes = BODY) -> dict[str, str]:
    """The headers as the reference library signs them."""
    signature = Webhook(secret).sign(message_id, at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_number_that_is_no_moment_is_a_wrong_timestamp() -> None:
    headers = {"webhook-id": "m", "webhook-timestamp": "999999999999", "webhook-signature": "v1,x"}
    with pytest.raises(SignatureRefusedError) as refused:
        verify(["whsec_" + "A" * 44], headers, b"{}", datetime(2026, 11, 26, tzinfo=UTC))
    assert refused.value.reason == "timestamp"


def test_any_of_the_secrets_and_any_of_the_signatures_will_do() -> None:
    assert verify([OTHER, KEY], signed(), BODY, NOW) == "m1"
    headers = signed()
    headers["webhook-signature"] = f"v1a,AAAA {signed(OTHER)['webhook-signature']} {headers['webhook-signature']}"
    assert verify([KEY], headers, BODY, NOW + timedelta(seconds=299)) == "m1"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "missing"),
        (signed() | {"webhook-id": ""}, "missing"),
        (signed() | {"webhook-id": "x" * 257}, "missing"),
        (signed() | {"webhook-timestamp": "soon"}, "missing"),
        (signed() | {"webhook-timestamp": "1" * 13}, "missing"),
        (signed() | {"webhook-timestamp": "²"}, "missing"),
        (signed() | {"webhook-signature": ""}, "missing"),
        (signed(at=NOW - timedelta(seconds=301)), "timestamp"),
        (signed(at=NOW + timedelta(seconds=301)), "timestamp"),
        (signed(OTHER), "signature"),
        (signed() | {"webhook-id": "m2"}, "signature"),
        (signed() | {"webhook-signature": "v1,\udcff"}, "signature"),
        (signed(body=b"{}"), "signature"),
    ],
)
def test_what_the_pos_has_not_signed_is_refused(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(SignatureRefusedError) as refused:
        verify([KEY], headers, BODY, NOW)
    assert refused.value.reason == reason


def test_api_keys() -> None:
    keys = ["a" * 24, "b" * 24]
    assert key_is_known(keys, "Bearer " + "b" * 24)
    assert key_is_known(keys, "bearer  " + "a" * 24)
    for wrong in ("", "Bearer", "Bearer ", "Basic " + "a" * 24, "a" * 24, "Bearer " + "a" * 23, "Bearer \udcff"):
        assert not key_is_known(keys, wrong)
    assert not key_is_known([], "Bearer ")


@pytest.mark.parametrize(
    ("current", "wanted", "move"),
    [
        ("submitted", "accepted", "forward"),
        ("submitted", "ready", "forward"),
        ("submitted", "rejected", "forward"),
        ("accepted", "rejected", "forward"),
        ("accepted", "accepted", "same"),
        ("preparing", "rejected", "backwards"),
        ("preparing", "cancelled", "forward"),
        ("ready", "preparing", "backwards"),
        ("completed", "ready", "backwards"),
        ("rejected", "accepted", "backwards"),
        ("rejected", "cancelled", "backwards"),
    ],
)
def test_a_status_only_goes_forward(current: str, wanted: PosStatus, move: str) -> None:
    assert status_moves(current, wanted) == move
