"""How a message travels to a restaurant's POS: Standard Webhooks, and what every possible answer means.

Pure. The specification is github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`. Rules kept here:
the webhook-id never changes over the attempts, so that the receiver can tell a repetition; every attempt is signed anew
with every active secret; nothing but a 2xx counts as received; a redirect is a failure.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

# Seconds before the second attempt, the third, and so on. After the last one the message is dead.
DELAYS_S = (5.0, 30.0, 120.0, 600.0, 3600.0, 3 * 3600.0, 8 * 3600.0)
LONGEST_S = 24 * 3600.0

Failure = Literal["timeout", "connect", "protocol", "no_endpoint", "no_carrier", "internal"]
_FAILURES: dict[Failure, str] = {
    "timeout": "no complete answer in time",
    "connect": "no connection",
    "protocol": "the answer broke off or was not HTTP",
    "no_endpoint": "the restaurant has no POS endpoint",
    "no_carrier": "no account is set that could send it",
    "internal": "an error of our own",
}


class WebhookSecretError(ValueError):
    """A signing secret is not `whsec_` and base64 of 24 to 64 bytes. The message does not quote it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again in `after_s` seconds."""

    after_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """All attempts are used up, or it is of no use to try: keep the message apart and tell somebody.

    `status`: of the answer that says so; None: nobody was asked.
    """

    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Disable:
    """The receiver wants nothing more, ever (410): the message is dead and so is the endpoint."""

    reason: str


Decision = Delivered | Retry | Dead | Disable


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """One signature: `v1,` and base64(HMAC-SHA256(key, id.timestamp.body)).

    Args:
        secret: `whsec_` and base64 of the key; the prefix may be missing.
        message_id: the webhook-id.
        at: aware UTC, the time of this attempt.
        body: the raw body, exactly as it is sent.

    Raises:
        WebhookSecretError: the secret cannot be read.
    """
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one attempt: type, id, timestamp and a signature for each active secret (key rotation).

    Raises:
        WebhookSecretError: a secret cannot be read.
    """
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(secret, message_id, at, body) for secret in secrets),
    }


def decide(attempt: int, outcome: int | Failure, retry_after_s: float | None, jitter: float) -> Decision:
    """What to do after an attempt.

    The wait is drawn evenly from nothing to twice the table's delay (full jitter, the table's delay on average), so
    that a receiver that comes back is not met by all its messages at once. What the receiver asks for is honoured.

    Args:
        attempt: how-manyeth it was, from 1.
        outcome: the HTTP status, or why there was none.
        retry_after_s: the answer's Retry-After in seconds, if it had one.
        jitter: a random number, 0 <= jitter < 1.
    """
    if isinstance(outcome, int):
        if 200 <= outcome < 300:
            return Delivered()
        if outcome == 410:
            return Disable("the receiver answered 410 Gone")
        reason = f"the receiver answered {outcome}" + (", a redirect" if 300 <= outcome < 400 else "")
    else:
        reason = _FAILURES[outcome]
    if attempt > len(DELAYS_S):
        return Dead(reason)
    after = 2 * DELAYS_S[attempt - 1] * jitter
    return Retry(max(after, min(retry_after_s or 0.0, LONGEST_S)), reason)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) as seconds from now, never negative; None when missing or unreadable.

    Args:
        value: seconds, or an HTTP date.
        now: aware UTC.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def delivery_id(subject: str, event_type: str, sequence: int | str) -> str:
    """The webhook-id: the same event of the same order, or call, always has the same one.

    Dots are replaced, since they part the signed text.

    Args:
        subject: the order's id, or the call's.
        event_type: as in the message.
        sequence: which of its messages of this type.
    """
    return f"{subject}_{event_type}_{sequence}".replace(".", "-")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WebhookSecretError("a webhook secret is not base64") from error
    if not 24 <= len(key) <= 64:
        raise WebhookSecretError(f"a webhook secret has {len(key)} bytes; 24 to 64 are asked for")
    return key
