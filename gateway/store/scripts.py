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
local function fenced_off(fence, given, retention)
  if given == '' then return false end
  local known = tonumber(redis.call('HGET', fence, 'fence') or '0')
  if known < tonumber(given) then
    -- a fail-over has forgotten the claim of this leg: make it good, before an older leg writes
    redis.call('HSET', fence, 'fence', given)
    redis.call('EXPIRE', fence, retention)
  end
  return known > tonumber(given)
end
"""

# Messages for a POS. A queue with something in it has one token, in the outbox or with a worker.
_OUTBOX = """
local function enqueue(queue, outbox, name, id, kind, restaurant, payload, now, retention)
  redis.call('XADD', queue, '*', 'id', id, 'type', kind, 'restaurant', restaurant, 'payload', payload, 'at', now)
  redis.call('EXPIRE', queue, retention)
  if redis.call('XLEN', queue) == 1 then redis.call('XADD', outbox, '*', 'q', name) end
  redis.call('EXPIRE', outbox, retention)
end
local function clock()
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end
-- Those from ARGV[at] on (a count, then queue, id, type, payload of each), with KEYS queue outbox once of each from
-- KEYS[key] on; one whose id was enqueued before is passed over. Where KEYS and ARGV go on, and how many were new.
local function enqueue_new(key, at, restaurant, now, retention)
  local last, new = at + 4 * tonumber(ARGV[at]), 0
  for place = at + 1, last, 4 do
    if redis.call('SET', KEYS[key + 2], '1', 'NX', 'EX', retention) then
      enqueue(KEYS[key], KEYS[key + 1], ARGV[place], ARGV[place + 1], ARGV[place + 2], restaurant, ARGV[place + 3], now,
              retention)
      new = new + 1
    end
    key = key + 3
  end
  return key, last + 1, new
end
"""

# KEYS log seen live where (queue outbox once)*
# ARGV call restaurant now_ms live_s retention seen_s count (id json)* count (queue id type payload)*
BEGIN = Script(
    _LOG
    + _OUTBOX
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local at = append(KEYS[1], KEYS[2], 7, ARGV[5], ARGV[6])
enqueue_new(5, at, ARGV[2], ARGV[3], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', tonumber(ARGV[3]) - 1000 * tonumber(ARGV[4]))
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('SET', KEYS[4], ARGV[2], 'EX', ARGV[5])
return 1
"""
)

# Many calls at once. KEYS per call: fence log seen (queue outbox once)*, and held order when an order is held.
# ARGV retention seen_s calls, then per call: fence after restaurant count (id json)*
#      count (queue id type payload)* hold, and when hold is 1: order_id order call_id window_s
# Returns per call: 1, 0 (fenced off), or 2 when the log has forgotten the event `after` ('': not asked), which the
# writer knows to have been written: the server came back without its data, or another one without the newest of it.
APPEND = Script(
    _LOG
    + _OUTBOX
    + """
local key, at, done = 1, 4, {}
for _ = 1, tonumber(ARGV[3]) do
  local fence, log, seen = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  local result = 1
  if fenced_off(fence, ARGV[at], ARGV[1]) then
    result = 0
  elseif ARGV[at + 1] ~= '' and redis.call('SISMEMBER', seen, ARGV[at + 1]) == 0 then
    result = 2
  end
  local restaurant = ARGV[at + 2]
  key = key + 3
  if result == 1 then
    at = append(log, seen, at + 3, ARGV[1], ARGV[2])
    key, at = enqueue_new(key, at, restaurant, clock(), ARGV[1])
  else
    at = at + 4 + 2 * tonumber(ARGV[at + 3])
    local messages = tonumber(ARGV[at])
    key, at = key + 3 * messages, at + 1 + 4 * messages
  end
  if ARGV[at] == '1' then
    -- an order that was placed in the meantime is not open any more
    if result == 1 and redis.call('EXISTS', KEYS[key + 1]) == 0 then
      redis.call('DEL', KEYS[key])
      redis.call('HSET', KEYS[key], 'order_id', ARGV[at + 1], 'order', ARGV[at + 2], 'call_id', ARGV[at + 3])
      redis.call('EXPIRE', KEYS[key], ARGV[at + 4])
    end
    key, at = key + 2, at + 4
  end
  at = at + 1
  done[#done + 1] = result
end
return done
"""
)

# KEYS fence log seen live where | ARGV fence call restaurant now_ms live_s retention seen_s count (id json)*
# Writes a log again that the server has forgotten, wholly or in part; what others wrote meanwhile comes behind it.
RESTORE = Script(
    _LOG
    + """
if fenced_off(KEYS[1], ARGV[1], ARGV[6]) then return 0 end
local others = redis.call('XRANGE', KEYS[2], '-', '+')
redis.call('DEL', KEYS[2], KEYS[3])
append(KEYS[2], KEYS[3], 8, ARGV[6], ARGV[7])
for _, other in ipairs(others) do
  if redis.call('SADD', KEYS[3], other[2][2]) == 1 then
    redis.call('XADD', KEYS[2], '*', 'i', other[2][2], 'e', other[2][4])
  end
end
redis.call('HSET', KEYS[1], 'fence', ARGV[1])
if tonumber(redis.call('HGET', KEYS[1], 'leg') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'leg', ARGV[1])
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('ZADD', KEYS[4], 'NX', ARGV[4], ARGV[2])
redis.call('EXPIRE', KEYS[4], ARGV[5])
redis.call('SET', KEYS[5], ARGV[3], 'EX', ARGV[6])
return 1
"""
)

# KEYS fence nonce lease log | ARGV leg owner ttl_ms nonce_s retention
# A token used before is the same handshake tried again: the leg it was given ends, and it gets the next number.
# The fence is never below the leg, so that a higher leg has the higher fence though the server has forgotten the older.
CLAIM = Script(
    """
local current = tonumber(redis.call('HGET', KEYS[1], 'leg') or '0')
local leg = tonumber(redis.call('GET', KEYS[2]) or ARGV[1])
if leg < current then return {0, current} end
if leg == current or redis.call('EXISTS', KEYS[2]) == 1 then leg = leg + 1 end
local fence = math.max(leg, tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') + 1)
redis.call('HSET', KEYS[1], 'leg', leg, 'fence', fence)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('SET', KEYS[2], leg, 'EX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
return {leg, fence, redis.call('XRANGE', KEYS[4], '-', '+')}
"""
)

# KEYS fence mark lease log | ARGV leg mark_s retention
# As CLAIM, for a leg that nobody serves: asked again it is the same claim, so the mark keeps what was given.
CLAIM_TURNS = Script(
    """
local given = redis.call('GET', KEYS[2])
if not given then
  local current = tonumber(redis.call('HGET', KEYS[1], 'leg') or '0')
  local leg = tonumber(ARGV[1])
  if leg < current then return {0, current} end
  if leg == current then leg = leg + 1 end
  given = leg .. ':' .. redis.call('HINCRBY', KEYS[1], 'fence', 1)
  redis.call('HSET', KEYS[1], 'leg', leg)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[2], given, 'EX', ARGV[2])
end
local leg, fence = string.match(given, '(%d+):(%d+)')
return {tonumber(leg), tonumber(fence), redis.call('XRANGE', KEYS[4], '-', '+')}
"""
)

# KEYS fence log seen held order (queue outbox once)*
# ARGV fence retention seen_s hold(1/0) order_id order call window_s count (id json)* restaurant
#      count (queue id type payload)*
# All of the events, or none when the first of them is in the log: another process was quicker, perhaps with others.
# -1 fenced off, 0 was written before, 1 written now.
TURN = Script(
    _LOG
    + _OUTBOX
    + """
if fenced_off(KEYS[1], ARGV[1], ARGV[2]) then return -1 end
if redis.call('SISMEMBER', KEYS[3], ARGV[10]) == 1 then return 0 end
local at = append(KEYS[2], KEYS[3], 9, ARGV[2], ARGV[3])
enqueue_new(6, at + 1, ARGV[at], clock(), ARGV[2])
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[4], 'order_id', ARGV[5], 'order', ARGV[6], 'call_id', ARGV[7])
  redis.call('EXPIRE', KEYS[4], ARGV[8])
end
return 1
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

# KEYS fence log seen order held queue outbox recent late
# ARGV fence order_id version order call_id now_ms retention seen_s queue delivery_id type restaurant payload
#      cents ('' for a caller without a number) recent_s most_recent most_cents ('': no limit) late_ms count (id json)*
# -1 fenced off, 0 was placed before, 1 placed now, 2 too much of one number lately. The limits are judged here, since
# several calls of one number may be on their way to this line at once.
SUBMIT = Script(
    _LOG
    + _OUTBOX
    + """
if fenced_off(KEYS[1], ARGV[1], ARGV[7]) then return -1 end
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
append(KEYS[2], KEYS[3], 19, ARGV[7], ARGV[8])
if ARGV[14] ~= '' then
  redis.call('ZADD', KEYS[8], ARGV[6], ARGV[2] .. ':' .. ARGV[14])
  redis.call('EXPIRE', KEYS[8], ARGV[15])
end
if redis.call('HGET', KEYS[5], 'order_id') == ARGV[2] then redis.call('DEL', KEYS[5]) end
-- noted before it is tried, so that it is missed even where no worker ever tries
redis.call('ZADD', KEYS[9], 'NX', string.format('%.0f', tonumber(ARGV[6]) + tonumber(ARGV[18])), ARGV[9])
redis.call('EXPIRE', KEYS[9], ARGV[7])
enqueue(KEYS[6], KEYS[7], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[6], ARGV[7])
return 1
"""
)

# KEYS places rung hang_ups blocked
# ARGV place caller now_ms place_s rung_s hang_ups_s most_calls most_of_caller most_hourly most_withheld most_hang_ups
# A place is `caller:call`, caller `-` for a withheld number; its score is the end of its lease.
ADMIT = Script(
    """
local place, caller, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function before(seconds) return string.format('%.0f', now - 1000 * tonumber(seconds)) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', before(ARGV[5]))
local known = redis.call('ZSCORE', KEYS[1], place) or redis.call('ZSCORE', KEYS[2], place)
if not known then
  local blocked = redis.call('HGET', KEYS[4], caller)
  if blocked and tonumber(string.match(blocked, ':(%d+)$')) > now then return 'blocked' end
  if redis.call('ZCOUNT', KEYS[3], '(' .. before(ARGV[6]), '+inf') >= tonumber(ARGV[11]) then return 'hang_ups' end
  local places, own = redis.call('ZRANGE', KEYS[1], 0, -1), 0
  for _, taken in ipairs(places) do
    if string.sub(taken, 1, #caller + 1) == caller .. ':' then own = own + 1 end
  end
  if caller == '-' then
    if own >= tonumber(ARGV[10]) then return 'withheld_calls' end
  else
    if own >= tonumber(ARGV[8]) then return 'caller_calls' end
    if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[9]) then return 'caller_often' end
  end
  if #places >= tonumber(ARGV[7]) then return 'house_full' end
  redis.call('ZADD', KEYS[2], now, place)
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + 1000 * tonumber(ARGV[4])), place)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 'admitted'
"""
)

# KEYS blocked | ARGV caller value life_ms
# The list goes with the last of its entries.
BLOCK = Script(
    """
local left = redis.call('PTTL', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if tonumber(ARGV[3]) > left then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
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

# KEYS order live commands (queue outbox once)*
# ARGV expected ('' while the POS has said nothing) status pos_ref reason ready_at_ms retention order_id restaurant
#      now_ms most_commands commands_s count (queue id type payload)*
# Compare-and-set of what the POS says of a placed order: 0 no such order, -1 it has another status than expected.
# A call that is still on is told of it like of a command.
POS_STATUS = Script(
    _OUTBOX
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[1], 'pos_status') or '') ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'pos_status', ARGV[2], 'pos_ref', ARGV[3], 'pos_reason', ARGV[4], 'pos_ready_at', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[6])
local call = redis.call('HGET', KEYS[1], 'call_id')
if redis.call('ZSCORE', KEYS[2], call) then
  redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[10], '*', 'call', call, 'action', 'kitchen', 'order', ARGV[7],
             'status', ARGV[2], 'text', ARGV[4], 'ready_at', ARGV[5])
  redis.call('EXPIRE', KEYS[3], ARGV[11])
end
enqueue_new(4, 12, ARGV[8], ARGV[9], ARGV[6])
return 1
"""
)

# KEYS (queue outbox once)* | ARGV restaurant now_ms retention count (queue id type payload)*
# Messages for a POS that are no order's submit; how many of them were not under way, nor delivered, already.
ENQUEUE = Script(
    _OUTBOX
    + """
local _, _, new = enqueue_new(1, 4, ARGV[1], ARGV[2], ARGV[3])
return new
"""
)
