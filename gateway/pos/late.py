"""Messages that their POS does not have in time: each is told to one worker, once, whatever becomes of the workers.

A message that fails or must wait is noted in a sorted set by the time at which that is an alarm; every worker looks
there, and whoever takes a note out looks whether the message is still waiting.
"""

from dataclasses import dataclass
from typing import cast

from gateway.pos.outbox import LATE_MS, Head, Token, read_head
from gateway.store import SessionStore, keys
from gateway.store.connection import Reply
from gateway.store.scripts import Script

AT_ONCE = 50

# KEYS late queue failure alarmed | ARGV now_ms late_after_ms retention queue
# The head of a queue that is late, with why it failed last; nil when there is none, or everybody knows.
_LATE = Script(
    """
if redis.call('ZREM', KEYS[1], ARGV[4]) == 0 then return false end
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
if not head then return false end
local fields, at = head[2], nil
for place = 1, #fields, 2 do if fields[place] == 'at' then at = tonumber(fields[place + 1]) end end
local due = at + tonumber(ARGV[2])
if due > tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], string.format('%.0f', due), ARGV[4])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return false
end
if not redis.call('SET', KEYS[4], '1', 'NX', 'EX', ARGV[3]) then return false end
return {head[1], head[2], redis.call('GET', KEYS[3]) or ''}
"""
)


@dataclass(frozen=True, slots=True)
class Late:
    """A queue's head that is not delivered in time, and why it failed last."""

    head: Head
    reason: str


class LateWatch:
    """Finds what is late. Raises StoreUnavailableError when the store is away."""

    def __init__(self, store: SessionStore) -> None:
        self._connection = store.connection
        self._retention_s = store.retention_s

    async def found(self, number: int, now_ms: int) -> list[Late]:
        """What has become late in a partition and nobody was told of; it counts as told from now on."""
        words: list[str | int] = [keys.late_key(number), "-inf", now_ms, "BYSCORE", "LIMIT", 0, AT_ONCE]
        queues = cast("list[str]", await self._connection.command("ZRANGE", *words))
        found = [await self._look(number, queue, now_ms) for queue in queues]
        return [one for one in found if one is not None]

    async def first(self, number: int, queue: str) -> bool:
        """Whether nobody was told of a queue before; from now on somebody has been."""
        words: list[str | int] = [keys.alarmed_key(number, queue), "1", "NX", "EX", self._retention_s]
        return await self._connection.command("SET", *words) is not None

    async def _look(self, number: int, queue: str, now_ms: int) -> Late | None:
        names = [keys.late_key(number), keys.queue_key(number, queue)]
        names += [keys.failure_key(number, queue), keys.alarmed_key(number, queue)]
        reply = await self._connection.run(_LATE, names, [now_ms, LATE_MS, self._retention_s, queue])
        if reply is None:
            return None
        entry, flat, reason = cast("tuple[str, list[str], str]", reply)
        head = read_head(Token(number, "", queue), cast("Reply", (entry, flat, "0")))
        assert head is not None, "the script gives none without"
        return Late(head, reason)
