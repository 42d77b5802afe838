"""The outbox as people see it: what waits, what is dead, and the few things that they may do about it.

Everything is read in pages, so that a look never holds up the workers. What is seen is a moment's truth: a worker may
deliver it while it is being printed. A dead letter goes back into its order's queue in one step, with the id that it
always had, so that asking twice sends it once.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from gateway.store import SessionStore, keys
from gateway.store.scripts import Script

PAGE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery at the head of its queue.

    Attributes:
        id: the webhook-id.
        behind: how many messages of the same order wait for this one.
        tries: how many attempts have failed.
        due: when it is tried next; None: it is being delivered, or waits for a worker.
        failure: why the last attempt failed; "" before the first.
    """

    id: str
    queue: str
    type: str
    restaurant_id: str
    payload: str
    submitted: datetime
    behind: int
    tries: int
    due: datetime | None
    failure: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up. `number` and `entry` say where it lies."""

    id: str
    queue: str
    type: str
    restaurant_id: str
    payload: str
    submitted: datetime
    died: datetime
    reason: str
    number: int
    entry: str


# KEYS queue tries failure. The head of a queue as it stands, or nil.
_LOOK = Script(
    """
local head = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not head then return false end
local tries, failure = redis.call('GET', KEYS[2]) or '0', redis.call('GET', KEYS[3]) or ''
return {head[2], redis.call('XLEN', KEYS[1]), tries, failure}
"""
)

# KEYS dead queue outbox | ARGV entry queue retention
# Put into the queue first and taken from the dead afterwards: a script that is broken off is not rolled back, and a
# message that goes twice has the same id both times. 0: it is not among the dead any more.
_REVIVE = Script(
    """
local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
local fields = {}
for place = 1, #letter[2], 2 do
  local name = letter[2][place]
  if name ~= 'reason' and name ~= 'died' and name ~= 'queue' then
    fields[#fields + 1] = name
    fields[#fields + 1] = letter[2][place + 1]
  end
end
redis.call('XADD', KEYS[2], '*', unpack(fields))
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[1])
if redis.call('XLEN', KEYS[2]) == 1 then redis.call('XADD', KEYS[3], '*', 'q', ARGV[2]) end
redis.call('EXPIRE', KEYS[3], ARGV[3])
return 1
"""
)


class DeliveryBook:
    """Looks into the outbox. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, store: SessionStore) -> None:
        self._connection = store.connection
        self._retention_s = store.retention_s

    async def waiting(self, restaurant_id: str | None = None) -> AsyncIterator[Waiting]:
        """What is to be delivered, of one restaurant or of all; what is tried soonest first, within a partition."""
        for number in _partitions(restaurant_id):
            seen: set[str] = set()  # a queue moves from one place to the other while we look
            async for queues in self._queues(number):
                fresh = {queue: due for queue, due in queues.items() if queue not in seen}
                seen.update(fresh)
                found = await asyncio.gather(*(self._look(number, queue, due) for queue, due in fresh.items()))
                for one in found:
                    if one is not None and restaurant_id in (None, one.restaurant_id):
                        yield one

    async def dead(self, restaurant_id: str | None = None) -> AsyncIterator[DeadLetter]:
        """What was given up, of one restaurant or of all; the oldest first, within a partition."""
        for number in _partitions(restaurant_id):
            async for entry, fields in self._entries(keys.dead_key(number)):
                if restaurant_id in (None, fields["restaurant"]):
                    yield _dead_letter(number, entry, fields)

    async def find(self, delivery_id: str, restaurant_id: str | None = None) -> Waiting | DeadLetter | None:
        """The delivery with a webhook-id; None when there is none: it was delivered, or never existed.

        Of what waits, only the heads of the queues are known.
        """
        async for letter in self.dead(restaurant_id):
            if letter.id == delivery_id:
                return letter
        async for waiting in self.waiting(restaurant_id):
            if waiting.id == delivery_id:
                return waiting
        return None

    async def waits(self, restaurant_id: str, queue: str) -> Waiting | None:
        """The head of one queue, such as that of an order (its id); None when it is empty."""
        number = keys.partition(restaurant_id)
        due = await self._connection.command("ZSCORE", keys.retry_key(number), queue)
        return await self._look(number, queue, None if due is None else _moment(cast("float", due)))

    async def redeliver(self, letter: DeadLetter) -> bool:
        """Put a dead letter back at the end of its order's queue, as if it had never been tried.

        Returns:
            False when it is not among the dead any more: somebody was quicker, or it has expired.
        """
        number = letter.number
        names = [keys.dead_key(number), keys.queue_key(number, letter.queue), keys.outbox_key(number)]
        return await self._connection.run(_REVIVE, names, [letter.entry, letter.queue, self._retention_s]) == 1

    async def disabled(self, restaurant_id: str) -> tuple[str, ...]:
        """Why a restaurant's endpoints are disabled, each that is; the one in its settings need not be among them."""
        found = await self._connection.command("HVALS", keys.disabled_key(restaurant_id))
        return tuple(cast("list[str]", found))

    async def enable(self, restaurant_id: str) -> bool:
        """Deliver to a restaurant's endpoints again that were disabled; False when none was."""
        return await self._connection.command("DEL", keys.disabled_key(restaurant_id)) == 1

    async def _queues(self, number: int) -> AsyncIterator[dict[str, datetime | None]]:
        """The queues of a partition with something in them, in pages, with the time of the next attempt."""
        key, last = keys.retry_key(number), -1
        while True:
            words = (key, last + 1, last + PAGE, "WITHSCORES")
            page = cast("list[list[str | float]]", await self._connection.command("ZRANGE", *words))
            if not page:
                break
            yield {str(queue): _moment(float(score)) for queue, score in page}
            last += PAGE
        tokens: dict[str, datetime | None] = {}
        async for _, fields in self._entries(keys.outbox_key(number)):
            tokens[fields["q"]] = None
            if len(tokens) == PAGE:
                yield tokens
                tokens = {}
        yield tokens

    async def _entries(self, key: str) -> AsyncIterator[tuple[str, dict[str, str]]]:
        """The entries of a stream, asked for in pages."""
        after = "-"
        while True:
            found = await self._connection.command("XRANGE", key, after, "+", "COUNT", PAGE)
            page = cast("list[tuple[str, dict[str, str]]]", found)
            for entry, fields in page:
                yield entry, fields
            if len(page) < PAGE:
                return
            after = f"({page[-1][0]}"

    async def _look(self, number: int, queue: str, due: datetime | None) -> Waiting | None:
        names = [keys.queue_key(number, queue), keys.tries_key(number, queue), keys.failure_key(number, queue)]
        reply = await self._connection.run(_LOOK, names, [])
        if reply is None:
            return None
        flat, length, tries, failure = cast("tuple[list[str], int, str, str]", reply)
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        return Waiting(
            id=fields["id"],
            queue=queue,
            type=fields["type"],
            restaurant_id=fields["restaurant"],
            payload=fields["payload"],
            submitted=_moment(float(fields["at"])),
            behind=length - 1,
            tries=int(tries),
            due=due,
            failure=failure,
        )


def _partitions(restaurant_id: str | None) -> Sequence[int]:
    return range(keys.PARTITIONS) if restaurant_id is None else (keys.partition(restaurant_id),)


def _dead_letter(number: int, entry: str, fields: dict[str, str]) -> DeadLetter:
    return DeadLetter(
        id=fields["id"],
        queue=fields.get("queue", fields["id"]),  # a letter of an older version: a queue of its own
        type=fields["type"],
        restaurant_id=fields["restaurant"],
        payload=fields["payload"],
        submitted=_moment(float(fields["at"])),
        died=_moment(float(fields["died"])),
        reason=fields["reason"],
        number=number,
        entry=entry,
    )


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
