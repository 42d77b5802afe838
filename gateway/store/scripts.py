"""The Lua scripts: each is one atomic step, safe to be run twice, on commands of Redis 7.0.

Keys are always passed in KEYS and lie in one slot. Numbers that come back as nil are false in Lua.
"""

from hashlib import sha1


class Script:
    """A script and the name under which the server keeps it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


# Appends the events from ARGV[at] on (a count, then id and JSON of each) that are not in the log yet.
_LOG = """
local function append(log, seen, at, retention, seen_s)
  local last = at + 2 * tonumber(ARGV[at])
  for place = at + 1, last, 2 do
    -- written first and noted afterwards: a script that is broken off is not rolled back
    if redis.call('SISMEMBER', seen, ARGV[place]) == 0 then
      redis.call('XADD', log, '*', 'i', ARGV[place], 'e', ARGV[place + 1])
      redis.call('SADD', seen, ARGV[place])
    end
  end
  redis.call('EXPIRE', seen, seen_s)
  redis.call('EXPIRE', log, retention)
  return last + 1
end
local function fenced_off(fence, given)
  return given ~= '' and tonumber(redis.call('HGET', fence, 'fence') or '0') > tonumber(given)
end
"""

# KEYS log seen live where | ARGV call restaurant now_ms live_s retention seen_s count (id json)*
BEGIN = Script(
    _LOG
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
append(KEYS[1], KEYS[2], 7, ARGV[5], ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', tonumber(ARGV[3]) - 1000 * tonumber(ARGV[4]))
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('SET', KEYS[4], ARGV[2], 'EX', ARGV[5])
return 1
"""
)

# Many calls at once. KEYS per call: fence log seen, and held order when an order is held.
# ARGV retention seen_s calls, then per call: fence count (id json)* hold, and when hold is 1:
#      order_id order call_id window_s
# Returns 1 or 0 (fenced off) per call.
APPEND = Script(
    _LOG
    + """
local key, at, done = 1, 4, {}
for _ = 1, tonumber(ARGV[3]) do
  local fence, log, seen = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  local off = fenced_off(fence, ARGV[at])
  if off then
    at = at + 2 + 2 * tonumber(ARGV[at + 1])
  else
    at = append(log, seen, at + 1, ARGV[1], ARGV[2])
  end
  key = key + 3
  if ARGV[at] == '1' then
    -- an order that was placed in the meantime is not open any more
    if not off and redis.call('EXISTS', KEYS[key + 1]) == 0 then
      redis.call('DEL', KEYS[key])
      redis.call('HSET', KEYS[key], 'order_id', ARGV[at + 1], 'order', ARGV[at + 2], 'call_id', ARGV[at + 3])
      redis.call('EXPIRE', KEYS[key], ARGV[at + 4])
    end
    key, at = key + 2, at + 4
  end
  at = at + 1
  done[#done + 1] = off and 0 or 1
end
return done
"""
)

# KEYS fence nonce lease log | ARGV leg owner ttl_ms nonce_s retention
# A token used before is the same handshake tried again: the leg it was given ends, and it gets the next number.
CLAIM = Script(
    """
local current = tonumber(redis.call('HGET', KEYS[1], 'leg') or '0')
local leg = tonumber(redis.call('GET', KEYS[2]) or ARGV[1])
if leg < current then return {0, current} end
if leg == current or redis.call('EXISTS', KEYS[2]) == 1 then leg = leg + 1 end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'leg', leg)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('SET', KEYS[2], leg, 'EX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
return {leg, fence, redis.call('XRANGE', KEYS[4], '-', '+')}
"""
)

# KEYS fence lease | ARGV fence owner ttl_ms (0: release)
RENEW = Script(
    """
if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end
if ARGV[3] == '0' then
  if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
else
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
return 1
"""
)

# KEYS held | ARGV order_id ('' for any)
DROP_HELD = Script(
    """
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'order_id') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
)

# KEYS answer | ARGV value ttl_s
# The answer that is there already, or nil: then this one is the first.
ONCE = Script("return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'EX', ARGV[2])")

# KEYS fence log seen order held queue outbox recent
# ARGV fence order_id version order call_id now_ms retention seen_s queue delivery_id type restaurant payload
#      cents ('' for a caller without a number) recent_s most_recent most_cents ('': no limit) count (id json)*
# -1 fenced off, 0 was placed before, 1 placed now, 2 too much of one number lately. The limits are judged here, since
# several calls of one number may be on their way to this line at once.
SUBMIT = Script(
    _LOG
    + """
if fenced_off(KEYS[1], ARGV[1]) then return -1 end
if redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
if ARGV[14] ~= '' and ARGV[16] ~= '' then
  local oldest = '(' .. string.format('%.0f', tonumber(ARGV[6]) - 1000 * tonumber(ARGV[15]))
  local lately = redis.call('ZRANGE', KEYS[8], oldest, '+inf', 'BYSCORE')
  local cents = tonumber(ARGV[14])
  for _, placed in ipairs(lately) do cents = cents + tonumber(string.match(placed, ':(%d+)$')) end
  if #lately >= tonumber(ARGV[16]) or (#lately > 0 and cents > tonumber(ARGV[17])) then return 2 end
end
redis.call('HSET', KEYS[4], 'state', 'submitted', 'version', ARGV[3], 'order', ARGV[4], 'call_id', ARGV[5],
           'at', ARGV[6])
redis.call('EXPIRE', KEYS[4], ARGV[7])
append(KEYS[2], KEYS[3], 18, ARGV[7], ARGV[8])
if ARGV[14] ~= '' then
  redis.call('ZADD', KEYS[8], ARGV[6], ARGV[2] .. ':' .. ARGV[14])
  redis.call('EXPIRE', KEYS[8], ARGV[15])
end
if redis.call('HGET', KEYS[5], 'order_id') == ARGV[2] then redis.call('DEL', KEYS[5]) end
redis.call('XADD', KEYS[6], '*', 'id', ARGV[10], 'type', ARGV[11], 'restaurant', ARGV[12], 'payload', ARGV[13],
           'at', ARGV[6])
redis.call('EXPIRE', KEYS[6], ARGV[7])
if redis.call('XLEN', KEYS[6]) == 1 then redis.call('XADD', KEYS[7], '*', 'q', ARGV[9]) end
redis.call('EXPIRE', KEYS[7], ARGV[7])
return 1
"""
)

# KEYS offer | ARGV ttl_s prefix (name value)*
REPLACE_SOLD_OUT = Script(
    """
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(name, 1, #ARGV[2]) == ARGV[2] then redis.call('HDEL', KEYS[1], name) end
end
for place = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
)

# KEYS order | ARGV expected ('' while the POS has said nothing) status pos_ref reason ready_at_ms retention
# Compare-and-set of what the POS says of a placed order: 0 no such order, -1 it has another status than expected.
POS_STATUS = Script(
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[1], 'pos_status') or '') ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'pos_status', ARGV[2], 'pos_ref', ARGV[3], 'pos_reason', ARGV[4], 'pos_ready_at', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[6])
return 1
"""
)

# KEYS queue outbox once | ARGV queue delivery_id type restaurant payload now_ms retention
# A message for a POS that is no order's submit; 0 when it is under way, or was delivered, already.
ENQUEUE = Script(
    """
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', ARGV[7]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'id', ARGV[2], 'type', ARGV[3], 'restaurant', ARGV[4], 'payload', ARGV[5],
           'at', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[7])
if redis.call('XLEN', KEYS[1]) == 1 then redis.call('XADD', KEYS[2], '*', 'q', ARGV[1]) end
redis.call('EXPIRE', KEYS[2], ARGV[7])
return 1
"""
)
