-- What is kept, else whose turn it is: 1 for the caller's.
-- KEYS: answer, lock, list. ARGV: ticket, time of a turn in ms, member.
local kept = redis.call('GET', KEYS[1])
if kept then return kept end
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
-- In the list too, for a write to find it.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[3], ARGV[2]) end
return 1
