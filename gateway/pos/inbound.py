"""What a POS may tell us, and how we know that it is the POS: the pure half of the inbound API.

Requests are signed like our own webhooks (Standard Webhooks, see `webhook.py`) with one of the restaurant's secrets, or
carry one of its API keys. Rules kept here: the raw body is verified, before anything is read from it, in constant time;
a timestamp further than five minutes from our clock is refused; no error says more than which rule was broken.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from gateway.events import KitchenStatus
from gateway.pos.webhook import sign

TOLERANCE_S = 300
"""Standard Webhooks, "Verifying the timestamp": as the reference libraries have it."""
LONGEST_ID = 256

SignatureFault = Literal["missing", "timestamp", "signature"]
PosStatus = KitchenStatus


class SignatureRefusedError(ValueError):
    """A request is not signed by the restaurant's POS.

    Attributes:
        reason: `missing` (a header is not there or unreadable), `timestamp` (too old or from the future), `signature`.
    """

    def __init__(self, reason: SignatureFault) -> None:
        super().__init__(reason)
        self.reason: SignatureFault = reason


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Check a signed request; returns its webhook-id, by which a repetition is known.

    Args:
        secrets: the restaurant's, any of which may have signed (`whsec_...`).
        headers: with names in lower case.
        body: raw, exactly as it came.
        now: aware UTC.

    Raises:
        SignatureRefusedError: with the rule that was broken.
        gateway.pos.webhook.WebhookSecretError: one of `secrets` cannot be read.
    """
    message_id, stamp, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    digits = stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12
    if not message_id or len(message_id) > LONGEST_ID or not digits or not given:
        raise SignatureRefusedError("missing")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:  # before it becomes a moment: not every number is one
        raise SignatureRefusedError("timestamp")
    at = datetime.fromtimestamp(int(stamp), UTC)
    theirs = [part.encode("utf-8", "surrogatepass") for part in given.split(" ")]
    genuine = False
    for secret in secrets:
        ours = sign(secret, message_id, at, body).encode()
        for part in theirs:
            genuine |= hmac.compare_digest(ours, part)
    if not genuine:
        raise SignatureRefusedError("signature")
    return message_id


def key_is_known(keys: Sequence[str], authorization: str) -> bool:
    """Whether an `Authorization` header is `Bearer` and one of the restaurant's API keys; in constant time."""
    scheme, _, given = authorization.partition(" ")
    known = False
    for key in keys:
        known |= hmac.compare_digest(key.encode(), given.strip().encode("utf-8", "surrogatepass"))
    return known and scheme.lower() == "bearer"


# --- what may be said -----------------------------------------------------------------------------------------------


_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class _Said(_Body):
    model_config = ConfigDict(strict=True)  # the document's types and no others: 1 is no boolean, a number no moment


def _is_written_out(value: object) -> object:
    """RFC 3339 alone: pydantic takes 55013 and "55013" for seconds since 1970 as well, which nobody means by it."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        raise ValueError("a moment is written as in 2026-02-13T18:30:00Z (RFC 3339)")
    return value


def _in_utc(moment: datetime) -> datetime:
    """Somewhere in this century: the ends of the calendar, which programs send for "never", break every clock."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"a moment lies between {_FIRST_YEAR} and {_LAST_YEAR}; leave it out when there is none")
    return moment.astimezone(UTC)


Words = Annotated[str, Field(min_length=1, max_length=300)]
Ref = Annotated[str, Field(min_length=1, max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=600)]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_is_written_out), AfterValidator(_in_utc)]


class StatusUpdate(_Said):
    """How far the kitchen is with an order. `reason` is said to the caller when the order is rejected."""

    status: PosStatus
    reason: Words | None = None
    ready_at: Moment | None = None
    pos_ref: Ref | None = None


class SoldOutItem(_Said):
    """What cannot be had: an item id, or `group id/option id`. `until` null: until it is said to be back."""

    ref: Ref
    until: Moment | None = None


class SoldOutList(_Said):
    """The whole 86 list: what is not in it can be had again."""

    items: Annotated[tuple[SoldOutItem, ...], Field(max_length=2000)] = ()


class QuoteTime(_Said):
    """How many minutes an order takes now; null: as long as the restaurant's settings say."""

    minutes: Minutes | None


class Ordering(_Said):
    """Whether orders are taken. A pause ends at `until`, or when it is taken back; scheduled orders are not paused."""

    paused: bool
    until: Moment | None = None
    reason: Words | None = None


# --- what is answered -----------------------------------------------------------------------------------------------


class StatusAnswer(_Body):
    """`changed`: whether that was news."""

    order_ref: str
    status: PosStatus
    changed: bool


class OrderAnswer(_Body):
    """A placed order. `status` is "submitted" before the POS said anything."""

    order_ref: str
    status: PosStatus | Literal["submitted"]
    order_version: int


class SoldOutAnswer(_Body):
    """How many entries the 86 list has now."""

    sold_out: int


class QuoteAnswer(_Body):
    """How many minutes an order takes now."""

    minutes: int


class OrderingAnswer(_Body):
    """Whether orders for right away are paused."""

    paused: bool


class OfferAnswer(_Body):
    """What can be had now, beside the menu."""

    sold_out: tuple[SoldOutItem, ...]
    minutes: int
    paused: bool


class MenuAnswerChange(_Body):
    """One difference between the menu that held and the one that was sent; `path` by ids, values as JSON."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any = None
    after: Any = None


class MenuAnswer(_Body):
    """What became of a menu. `applied` is false for a dry run, and when it is the menu that holds."""

    digest: str
    applied: bool
    changes: tuple[MenuAnswerChange, ...]
    more_changes: int = 0
    warnings: tuple[str, ...]


class Fault(_Body):
    """Something wrong with a body: where, and why."""

    path: str
    reason: str
    fix: str | None = None


class ErrorDetails(_Body):
    """What was wrong: `code` for programs, `message` for people; the rest where it helps."""

    code: str
    message: str
    problems: tuple[Fault, ...] | None = None
    refs: tuple[str, ...] | None = None
    order_status: str | None = None


class ErrorAnswer(_Body):
    """A request that was not served."""

    error: ErrorDetails


# --- an order's way through the kitchen -----------------------------------------------------------------------------

_RANK: Mapping[str, int] = {
    "submitted": 0,
    "accepted": 1,
    "preparing": 2,
    "ready": 3,
    "completed": 4,
    "rejected": 4,
    "cancelled": 4,
}


def status_moves(current: str, wanted: PosStatus) -> Literal["forward", "same", "backwards"]:
    """Whether a status is news. Forward only: steps may be left out, none is taken back, an end is the end.

    Args:
        current: the status that the order has; "submitted" before the POS said anything.
        wanted: what the POS says.
    """
    if current == wanted:
        return "same"
    before, after = _RANK.get(current, 0), _RANK[wanted]
    if wanted == "rejected" and before > _RANK["accepted"]:
        return "backwards"  # what is being made was accepted
    return "forward" if after > before else "backwards"
