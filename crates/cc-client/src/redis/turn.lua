-- What is kept, else whose turn it is: 1 for the caller's.
-- KEYS: answer, lock, list. ARGV: ticket, time of a turn in ms, member.
-- Another program may have put something else there.
local kind = redis.call('TYPE', KEYS[3]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[3]) end
if redis.call('ZSCORE', KEYS[3], ARGV[3]) then
  local kept = redis.call('GET', KEYS[1])
  if kept then return kept end
end
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  -- A turn ends by itself. What does not is no turn: another program put it there.
  if redis.call('PTTL', KEYS[2]) ~= -1 then return 0 end
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
end
-- Listing it would make an answer valid again that was dropped.
redis.call('DEL', KEYS[1])
-- In the list too, for a write to find it.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[3], ARGV[2]) end
return 1
