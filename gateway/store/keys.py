"""Every key in Redis, and how long it lives.

All keys of a restaurant carry the hash tag `{pNN}`, NN = crc16(restaurant id) mod 16, so that a call, its order and
the outbox entry change in one script, in Redis Cluster too. Every key expires.
"""

from binascii import crc_hqx
from dataclasses import dataclass

PARTITIONS = 16

RETENTION_S = 30 * 24 * 3600  # logs, orders and undelivered messages; a setting
SEEN_S = 3600  # how long a repeated append is recognised; retries take minutes at most
NONCE_S = 600  # longer than a stream token is valid, so that a used token never becomes fresh again
LIVE_S = 12 * 3600  # no call lasts longer; what is older was left behind by a process that died
RECENT_S = 600  # orders of a number that were placed longer ago say nothing about its next one
PLACE_S = 120  # a call's place among the active ones, renewed three times a minute while it goes on
RUNG_S = 3600  # calls of a number that are counted together
HANG_UPS_S = 600  # as `RECENT_S`, for calls that ended without a word
OFFER_S = 30 * 24 * 3600  # an 86 list that nobody has touched for so long is forgotten

STOP_S = 5 * 365 * 24 * 3600  # a number that wants no texts; Twilio knows it as well

OUTBOX_GROUP = "workers"


def partition(restaurant_id: str) -> int:
    """The restaurant's partition, 0 to 15: CRC-16/XMODEM, the checksum that Redis Cluster uses for its slots."""
    return crc_hqx(restaurant_id.encode(), 0) % PARTITIONS


@dataclass(frozen=True, slots=True)
class CallKeys:
    """The keys of one call."""

    log: str  # stream: i = event id, e = event JSON
    fence: str  # hash: leg, fence. Outlives the lease, so that a zombie never passes
    lease: str  # string: the owner; expires unless it is renewed
    seen: str  # set: ids of the events of the last hour


def call_keys(restaurant_id: str, call_id: str) -> CallKeys:
    """The keys of a call."""
    base = f"{_restaurant(restaurant_id)}:call:{call_id}"
    return CallKeys(f"{base}:log", f"{base}:fence", f"{base}:lease", f"{base}:seen")


def nonce_key(restaurant_id: str, nonce: str) -> str:
    """String: the leg that was allotted to a stream token."""
    return f"{_restaurant(restaurant_id)}:nonce:{nonce}"


def turns_key(restaurant_id: str, call_id: str, leg: int) -> str:
    """String: `leg:fence`, what was given to the text-only turns that asked for this leg."""
    return f"{_restaurant(restaurant_id)}:turns:{call_id}:{leg}"


def live_key(restaurant_id: str) -> str:
    """Sorted set: calls by their start, Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:live"


def held_key(restaurant_id: str, caller_key: str) -> str:
    """Hash: the open order of a caller (keyed hash of the number): order_id, order, call_id."""
    return f"{_restaurant(restaurant_id)}:held:{caller_key}"


def order_key(restaurant_id: str, order_id: str) -> str:
    """Hash: a placed order: state, version, order (JSON), call_id, at (Unix milliseconds)."""
    return f"{_restaurant(restaurant_id)}:order:{order_id}"


def recent_key(restaurant_id: str, caller_key: str) -> str:
    """Sorted set: what a caller ordered lately, as `order id:cents`, by Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:recent:{caller_key}"


def offer_key(restaurant_id: str) -> str:
    """Hash: what has run out and how long an order takes now; see `gateway.store.offers`."""
    return f"{_restaurant(restaurant_id)}:offer"


def places_key(restaurant_id: str) -> str:
    """Sorted set: the active calls, as `caller:call`, by the end of their lease, Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:places"


def rung_key(restaurant_id: str, caller_key: str) -> str:
    """Sorted set: the calls of a caller that were taken lately, as in `places_key`, by Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:rung:{caller_key}"


def hang_ups_key(restaurant_id: str, caller_key: str) -> str:
    """Sorted set: the calls of a caller that ended without a word lately, by Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:hangups:{caller_key}"


def blocked_key(restaurant_id: str) -> str:
    """Hash: blocked callers, each with `last two digits:until`, until in Unix milliseconds."""
    return f"{_restaurant(restaurant_id)}:blocked"


def unsubscribed_key(restaurant_id: str, caller_key: str) -> str:
    """String: there for a number (keyed hash) that wants no text messages."""
    return f"{_restaurant(restaurant_id)}:unsubscribed:{caller_key}"


def thread_key(restaurant_id: str, order_id: str) -> str:
    """String: where the text messages about an order go (JSON); goes when nothing more can come of the order."""
    return f"{_restaurant(restaurant_id)}:thread:{order_id}"


def commands_key(restaurant_id: str) -> str:
    """Stream: what people want done with the restaurant's calls; see `gateway.store.commands`."""
    return f"{_restaurant(restaurant_id)}:commands"


def menu_key(restaurant_id: str, digest: str) -> str:
    """String: a menu as JSON, by its digest."""
    return f"{_restaurant(restaurant_id)}:menu:{digest}"


def menu_in_force_key(restaurant_id: str) -> str:
    """String: the digest of the menu that was uploaded last."""
    return f"{_restaurant(restaurant_id)}:menu-in-force"


def once_key(restaurant_id: str, key: str) -> str:
    """String: the answer that was given to a webhook."""
    return f"{_restaurant(restaurant_id)}:once:{key}"


def where_key(number: int, call_id: str) -> str:
    """String: the restaurant of a call, to be looked for in every partition."""
    return f"{tag(number)}:where:{call_id}"


def outbox_key(number: int) -> str:
    """Stream with a consumer group: q = queue that has something to deliver. One entry per queue at most."""
    return f"{tag(number)}:outbox"


def retry_key(number: int) -> str:
    """Sorted set: queues by the time of their next attempt, Unix milliseconds."""
    return f"{tag(number)}:outbox:retry"


def dead_key(number: int) -> str:
    """Stream: deliveries that were given up, with the reason."""
    return f"{tag(number)}:outbox:dead"


def queue_key(number: int, queue: str) -> str:
    """Stream: the deliveries of one order, in sequence. The head is being delivered."""
    return f"{tag(number)}:queue:{queue}"


def tries_key(number: int, queue: str) -> str:
    """String: how often the head of a queue was tried."""
    return f"{tag(number)}:queue:{queue}:tries"


def failure_key(number: int, queue: str) -> str:
    """String: why the head of a queue failed last."""
    return f"{tag(number)}:queue:{queue}:failure"


def asked_key(number: int, queue: str) -> str:
    """String: there until the time that the receiver has named for the next attempt (Retry-After)."""
    return f"{tag(number)}:queue:{queue}:asked"


LATE_MS = 60_000
"""A message about an order that is not delivered so long after its submit is an alarm."""


def late_key(number: int) -> str:
    """Sorted set: queues whose head is not delivered yet, by the time at which that is an alarm, Unix milliseconds."""
    return f"{tag(number)}:late"


def alarmed_key(number: int, queue: str) -> str:
    """String: an alarm about an entry of a queue is being raised (`held:entry`), or was (`told:entry`)."""
    return f"{tag(number)}:alarmed:{queue}"


def disabled_key(restaurant_id: str) -> str:
    """Hash: why nothing more is delivered to an endpoint (named by the hash of its address)."""
    return f"{_restaurant(restaurant_id)}:disabled"


def tag(number: int) -> str:
    """The hash tag of a partition: what Redis Cluster hashes to find the slot."""
    return f"{{p{number:02d}}}"


def _restaurant(restaurant_id: str) -> str:
    return f"{tag(partition(restaurant_id))}:{restaurant_id}"
