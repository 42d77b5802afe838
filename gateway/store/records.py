"""What goes into the store and comes out of it: plain records. Event and order JSON is opaque here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Entry = tuple[str, str]  # event id, event JSON


class LogEntry(NamedTuple):
    """One event of a call's log. `position` orders the log and is where a reader goes on."""

    position: str
    event_id: str
    event: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The lease of a call: which leg it is, the fence its writes must show, and the log so far."""

    leg: int
    fence: int
    log: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """An open order to be offered again when the same caller rings within `window_s` seconds."""

    caller_key: str
    order_id: str
    order: str
    window_s: int = 900


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """A held order and the call that it came from."""

    order_id: str
    order: str
    call_id: str


class PlacedLately(NamedTuple):
    """An order that a caller placed a little while ago."""

    cents: int
    at: datetime


class LatelyLimits(NamedTuple):
    """How many orders a caller may place in a row, and what they may come to together with the one being placed."""

    orders: int
    cents: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for the POS: `id` is the webhook-id and stays the same over all attempts; `queue` keeps the order."""

    id: str
    queue: str
    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be appended to one call's log; `fence` None for writers that are not the call (a webhook).

    `after` is the id of an event that is known to stand in the log ("": none): if it does not, nothing is written.
    `deliveries` are told of the events, and enqueued with them; one that was enqueued before is not again.
    """

    restaurant_id: str
    call_id: str
    fence: int | None
    events: Sequence[Entry]
    hold: Hold | None = None
    after: str = ""
    deliveries: Sequence[Delivery] = ()


Appended = Literal["kept", "fenced_off", "forgotten"]
"""What became of a batch: written; refused, as a higher leg has the lease; not written, as `after` is not there."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is going on."""

    call_id: str
    started: datetime


@dataclass(frozen=True, slots=True)
class FoundCall:
    """Whose call it is."""

    restaurant_id: str
    call_id: str
