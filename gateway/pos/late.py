"""Messages that their POS does not have in time: each is told to one worker, once, whatever becomes of the workers.

An order is noted, in the step that places it, in a sorted set by the time at which it is late; every worker looks
there, and whoever finds it due holds it for a minute. Once the alarm was raised that message is passed over; a worker
that died meanwhile, or could not raise it, leaves it to the next look.
"""

from dataclasses import dataclass
from typing import Literal, cast

from gateway.pos.outbox import Head, Token, read_head
from gateway.store import SessionStore, keys
from gateway.store.connection import Reply
from gateway.store.scripts import Script

ALARMING = frozenset({"order.confirmed", "order.changed", "order.cancelled"})
"""Types of messages that are an alarm when the POS does not have them."""
AT_ONCE = 50
Standing = Literal["told", "held", "mine"]
HOLD_S = 60
"""So long an alarm that is being raised is left to whoever raises it."""

# Whose the alarm about an entry is: `told` to everybody, `held` by whoever raises it, or `mine`, for so many seconds.
_HOLD = """
local function hold(alarmed, entry, seconds)
  local known = redis.call('GET', alarmed)
  for _, standing in ipairs({'told', 'held'}) do
    if known == standing .. ':' .. entry then return standing end
  end
  redis.call('SET', alarmed, 'held:' .. entry, 'EX', seconds)
  return 'mine'
end
"""

# KEYS alarmed | ARGV entry hold_s
_CLAIM = Script(_HOLD + "return hold(KEYS[1], ARGV[1], ARGV[2])")

# KEYS alarmed | ARGV entry
_LET_GO = Script(
    """
if redis.call('GET', KEYS[1]) ~= 'held:' .. ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
)

# KEYS late queue failure alarmed | ARGV now_ms late_after_ms retention queue hold_s type ...
# The head of a queue that is late, with why it failed last; nil when there is none, or somebody knows. The note stays,
# for what is behind that message, and moves on: what is late is looked at once in `hold_s`.
_LATE = Script(
    _HOLD
    + """
if not redis.call('ZSCORE', KEYS[1], ARGV[4]) then return false end
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local fields, found = head and head[2] or {}, {}
for place = 1, #fields, 2 do found[fields[place]] = fields[place + 1] end
local alarming = false
for place = 6, #ARGV do alarming = alarming or ARGV[place] == found['type'] end
if not alarming then
  redis.call('ZREM', KEYS[1], ARGV[4])
  return false
end
local now, due = tonumber(ARGV[1]), tonumber(found['at']) + tonumber(ARGV[2])
local mine = due <= now and hold(KEYS[4], head[1], ARGV[5]) == 'mine'
if due <= now then due = now + 1000 * tonumber(ARGV[5]) end
redis.call('ZADD', KEYS[1], string.format('%.0f', due), ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[3])
if not mine then return false end
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
        """What has become late in a partition and nobody was told of.

        It is this worker's to tell, see `told` and `let_go`.
        """
        words: list[str | int] = [keys.late_key(number), "-inf", now_ms, "BYSCORE", "LIMIT", 0, AT_ONCE]
        queues = cast("list[str]", await self._connection.command("ZRANGE", *words))
        found = [await self._look(number, queue, now_ms) for queue in queues]
        return [one for one in found if one is not None]

    async def claim(self, number: int, head: Head) -> Standing:
        """Ask for the alarm about a message: `mine`, to be told now, `held` by another worker, or `told` before."""
        name = keys.alarmed_key(number, head.delivery.queue)
        return cast("Standing", await self._connection.run(_CLAIM, [name], [head.entry, HOLD_S]))

    async def let_go(self, number: int, head: Head) -> None:
        """Nobody was reached: whoever claims it next may try."""
        await self._connection.run(_LET_GO, [keys.alarmed_key(number, head.delivery.queue)], [head.entry])

    async def told(self, number: int, head: Head) -> None:
        """Everybody knows."""
        name = keys.alarmed_key(number, head.delivery.queue)
        await self._connection.command("SET", name, f"told:{head.entry}", "EX", self._retention_s)

    async def _look(self, number: int, queue: str, now_ms: int) -> Late | None:
        names = [keys.late_key(number), keys.queue_key(number, queue)]
        names += [keys.failure_key(number, queue), keys.alarmed_key(number, queue)]
        words: list[str | int] = [now_ms, keys.LATE_MS, self._retention_s, queue, HOLD_S, *sorted(ALARMING)]
        reply = await self._connection.run(_LATE, names, words)
        if reply is None:
            return None
        entry, flat, reason = cast("tuple[str, list[str], str]", reply)
        head = read_head(Token(number, "", queue), cast("Reply", (entry, flat, "0")))
        assert head is not None, "the script gives none without"
        return Late(head, reason)
