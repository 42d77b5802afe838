"""The outbox: what waits to be delivered to the POS systems, in Redis, for any number of workers.

Each order has a queue of deliveries. A queue with something in it has one *token*, either in the partition's stream,
where a consumer group hands it to one worker, or in the retry set until its time comes. Whoever holds the token
delivers the queue's head, so that the messages about one order keep their sequence. A token whose worker died is
claimed by another: a delivery may happen twice, with the same id, and never gets lost. What is finished is deleted by
entry id, so that a worker that was presumed dead cannot finish something else.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from gateway.store import Delivery, SessionStore, StoreRefusedError, keys
from gateway.store.connection import Reply
from gateway.store.scripts import Script

DEAD_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    """The right and duty to deliver a queue's head."""

    number: int  # partition
    entry: str
    queue: str


@dataclass(frozen=True, slots=True)
class Head:
    """The delivery at the head of a queue, `tries` attempts after it was submitted (Unix milliseconds)."""

    entry: str
    delivery: Delivery
    restaurant_id: str
    tries: int
    submitted_ms: int


# KEYS outbox | ARGV group retention. The stream is made with the group, so it must get its expiry in the same step.
_PREPARE = Script(
    """
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
redis.call('EXPIRE', KEYS[1], ARGV[2], 'NX')
return 1
"""
)

# ARGV group consumer token ... in all of them. The head of the queue, or nil when the token is no longer ours or done.
_TAKE = """
local function take(outbox, queue, tries)
  local held = redis.call('XPENDING', outbox, ARGV[1], ARGV[3], ARGV[3], 1)
  if #held == 0 or held[1][2] ~= ARGV[2] then return false end
  local head = redis.call('XRANGE', queue, '-', '+', 'COUNT', 1)[1]
  if not head then
    redis.call('DEL', queue)
    redis.call('XACK', outbox, ARGV[1], ARGV[3])
    redis.call('XDEL', outbox, ARGV[3])
    return false
  end
  redis.call('XCLAIM', outbox, ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID')
  return {head[1], head[2], redis.call('GET', tries) or '0'}
end
"""

# KEYS outbox queue tries
_HEAD = Script(_TAKE + "return take(KEYS[1], KEYS[2], KEYS[3])")

# KEYS outbox queue tries failure dead late
# ARGV group consumer token entry reason ('' when delivered) now_ms kept retention queue
_FINISH = Script(
    _TAKE
    + """
local head = redis.call('XRANGE', KEYS[2], ARGV[4], ARGV[4])[1]
if head then
  if ARGV[5] ~= '' then
    local letter = head[2]
    for _, word in ipairs({'reason', ARGV[5], 'died', ARGV[6], 'queue', ARGV[9]}) do letter[#letter + 1] = word end
    redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[7], '*', unpack(letter))
    redis.call('EXPIRE', KEYS[5], ARGV[8])
  end
  redis.call('XDEL', KEYS[2], ARGV[4])
  redis.call('DEL', KEYS[3], KEYS[4])
  if redis.call('XLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[6], ARGV[9]) end
end
return take(KEYS[1], KEYS[2], KEYS[3])
"""
)

# KEYS outbox queue tries failure retry late asked
# ARGV group consumer token entry due_ms retention queue reason counts (1: an attempt was made) late_ms
#      asked (1: the receiver has named the time)
_RETRY = Script(
    """
local held = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
if #held == 0 or held[1][2] ~= ARGV[2] then return 0 end
if #redis.call('XRANGE', KEYS[2], ARGV[4], ARGV[4]) == 1 then
  if ARGV[9] == '1' then redis.call('INCR', KEYS[3]) end
  redis.call('ZADD', KEYS[6], 'NX', ARGV[10], ARGV[7])
  redis.call('EXPIRE', KEYS[6], ARGV[6])
end
redis.call('EXPIRE', KEYS[3], ARGV[6])
if ARGV[9] == '1' or redis.call('EXISTS', KEYS[4]) == 0 then redis.call('SET', KEYS[4], ARGV[8], 'EX', ARGV[6]) end
redis.call('ZADD', KEYS[5], ARGV[5], ARGV[7])
redis.call('EXPIRE', KEYS[5], ARGV[6])
if ARGV[11] == '1' then redis.call('SET', KEYS[7], '1', 'PXAT', ARGV[5]) end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
return 1
"""
)

# KEYS (retry outbox)* | ARGV now_ms limit retention
_WAKE = Script(
    """
local woken = 0
for place = 1, #KEYS, 2 do
  for _, queue in ipairs(redis.call('ZRANGE', KEYS[place], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])) do
    redis.call('ZREM', KEYS[place], queue)
    redis.call('XADD', KEYS[place + 1], '*', 'q', queue)
    redis.call('EXPIRE', KEYS[place + 1], ARGV[3])
    woken = woken + 1
  end
end
return woken
"""
)

# KEYS retry queue tries asked | ARGV restaurant now_ms queue type ... (of messages that are not for a POS)
_HURRY = Script(
    """
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
if not head or not redis.call('ZSCORE', KEYS[1], ARGV[3]) or redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
local found = {}
for place = 1, #head[2], 2 do found[head[2][place]] = head[2][place + 1] end
if found['restaurant'] ~= ARGV[1] then return 0 end
for place = 4, #ARGV do
  if found['type'] == ARGV[place] then return 0 end
end
redis.call('ZADD', KEYS[1], 'LT', ARGV[2], ARGV[3])
if tonumber(redis.call('GET', KEYS[3]) or '0') > 0 then redis.call('DECR', KEYS[3]) end
return 1
"""
)

# KEYS outbox | ARGV group consumer. A consumer that still holds a token must stay: the token would be lost with it.
_LEAVE = Script(
    """
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
)


class Outbox:
    """One worker's hands on the outbox. Raises StoreUnavailableError when the store is away."""

    def __init__(self, store: SessionStore, consumer: str) -> None:
        """Take hold of the outbox.

        Args:
            store: where it is.
            consumer: this worker's name; no other worker may have it.
        """
        self._connection = store.connection
        self._retention_s = store.retention_s
        self._consumer = consumer
        self.groups: Sequence[Sequence[int]] = store.connection.groups

    async def prepare(self, group: Sequence[int] = tuple(range(keys.PARTITIONS))) -> None:
        """Make the consumer groups of some partitions, where they are missing."""
        for number in group:
            words: list[str | int] = [keys.OUTBOX_GROUP, self._retention_s]
            await self._connection.run(_PREPARE, [keys.outbox_key(number)], words)

    async def read(self, group: Sequence[int], count: int, block_s: float) -> list[Token]:
        """Wait for new tokens of some partitions, at most `count` of each.

        Args:
            group: partitions that one command may span (an element of `groups`).
            count: how many tokens of each partition.
            block_s: how long to wait; less than the socket's time-out.
        """
        names = [keys.outbox_key(number) for number in group]
        words: list[str | int] = ["GROUP", keys.OUTBOX_GROUP, self._consumer, "COUNT", count]
        words += ["BLOCK", int(block_s * 1000), "STREAMS", *names, *(">" for _ in names)]
        try:
            found = await self._connection.command("XREADGROUP", *words)
        except StoreRefusedError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.prepare(group)  # the store was emptied, or no order came for as long as keys live
            return []
        streams = cast("list[tuple[str, list[tuple[str, dict[str, str]]]]]", found or [])
        numbers = dict(zip(names, group, strict=True))
        return [Token(numbers[name], entry, fields["q"]) for name, entries in streams for entry, fields in entries]

    async def claim_stuck(self, number: int, idle_s: float, count: int) -> list[Token]:
        """Take over tokens of a partition whose workers have not moved for `idle_s` seconds."""
        words: list[str | int] = [keys.outbox_key(number), keys.OUTBOX_GROUP, self._consumer, int(idle_s * 1000)]
        found = await self._connection.command("XAUTOCLAIM", *words, "0-0", "COUNT", count)
        entries = cast("tuple[str, list[tuple[str, dict[str, str]]]]", found)[1]
        return [Token(number, entry, fields["q"]) for entry, fields in entries]

    async def head(self, token: Token) -> Head | None:
        """What to deliver; None when there is nothing, or another worker has the token."""
        return read_head(token, await self._run(_HEAD, token, []))

    async def finish(self, token: Token, head: Head, *, dead: str = "", now_ms: int) -> Head | None:
        """A delivery is done, or dead for a reason: drop it and give the queue's next one, as `head` does."""
        names = [keys.failure_key(token.number, token.queue), keys.dead_key(token.number), keys.late_key(token.number)]
        rest: list[str | int] = [head.entry, dead, now_ms, DEAD_KEPT, self._retention_s, token.queue]
        return read_head(token, await self._run(_FINISH, token, rest, *names))

    async def retry(
        self, token: Token, head: Head, due_ms: int, reason: str = "", *, tried: bool = True, asked: bool = False
    ) -> bool:
        """Lay the queue by until `due_ms`. False when another worker has the token.

        Args:
            token: whose queue it is.
            head: what was not delivered.
            due_ms: Unix milliseconds.
            reason: kept for people; that of the last attempt is kept where none was made.
            tried: it counts as one of the message's attempts.
            asked: the receiver has named the time, so that nothing hurries it.
        """
        number, queue = token.number, token.queue
        names = [keys.failure_key(number, queue), keys.retry_key(number), keys.late_key(number)]
        names.append(keys.asked_key(number, queue))
        rest: list[str | int] = [head.entry, due_ms, self._retention_s, queue, reason, int(tried)]
        return await self._run(_RETRY, token, [*rest, head.submitted_ms + keys.LATE_MS, int(asked)], *names) == 1

    async def wake_due(self, group: Sequence[int], now_ms: int, limit: int = 100) -> int:
        """Put the queues whose time has come back into the streams; how many there were. Any worker may do it."""
        names = [name for number in group for name in (keys.retry_key(number), keys.outbox_key(number))]
        return cast("int", await self._connection.run(_WAKE, names, [now_ms, limit, self._retention_s]))

    async def hurry(
        self, number: int, restaurant_id: str, now_ms: int, *, but: Collection[str] = (), limit: int = 500
    ) -> int:
        """Let what waits for a restaurant's POS be tried now, beside its attempts; how many there were.

        Args:
            number: the restaurant's partition.
            restaurant_id: whose messages.
            now_ms: Unix milliseconds.
            but: types of messages that are for somebody else; what a receiver has named a time for waits, too.
            limit: how many to look at.
        """
        key = keys.retry_key(number)
        waiting = cast("list[str]", await self._connection.command("ZRANGE", key, 0, limit - 1))
        hurried = 0
        for queue in waiting:
            names = [key, keys.queue_key(number, queue), keys.tries_key(number, queue), keys.asked_key(number, queue)]
            words: list[str | int] = [restaurant_id, now_ms, queue, *but]
            hurried += cast("int", await self._connection.run(_HURRY, names, words))
        return hurried

    async def leave(self) -> None:
        """Take this worker's name off the groups, where it holds nothing any more."""
        for number in range(keys.PARTITIONS):
            with suppress(StoreRefusedError):  # no group: nothing to leave
                await self._connection.run(_LEAVE, [keys.outbox_key(number)], [keys.OUTBOX_GROUP, self._consumer])

    async def disable(self, restaurant_id: str, endpoint: str, reason: str) -> None:
        """Deliver nothing more to an endpoint (named by a hash of its address) until its address is changed."""
        name = keys.disabled_key(restaurant_id)
        await self._connection.command("HSET", name, endpoint, reason)
        await self._connection.command("EXPIRE", name, self._retention_s)

    async def keep_disabled(self, restaurant_id: str, endpoint: str) -> None:
        """Forget that any endpoint but this one is disabled: the address was changed."""
        name = keys.disabled_key(restaurant_id)
        known = cast("list[str]", await self._connection.command("HKEYS", name))
        if others := [one for one in known if one != endpoint]:
            await self._connection.command("HDEL", name, *others)

    async def disabled(self, restaurant_id: str, endpoint: str) -> str | None:
        """Why an endpoint is disabled; None when it is not."""
        found = await self._connection.command("HGET", keys.disabled_key(restaurant_id), endpoint)
        return cast("str | None", found)

    async def _run(self, script: Script, token: Token, rest: Sequence[str | int], *more: str) -> Reply:
        names = [
            keys.outbox_key(token.number),
            keys.queue_key(token.number, token.queue),
            keys.tries_key(token.number, token.queue),
            *more,
        ]
        return await self._connection.run(script, names, [keys.OUTBOX_GROUP, self._consumer, token.entry, *rest])


def read_head(token: Token, reply: Reply) -> Head | None:
    """A queue's head as the scripts give it: entry, fields, tries."""
    if reply is None:
        return None
    entry, flat, tries = cast("tuple[str, list[str], str]", reply)
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    delivery = Delivery(fields["id"], token.queue, fields["type"], fields["payload"])
    return Head(entry, delivery, fields["restaurant"], int(tries), int(fields["at"]))
