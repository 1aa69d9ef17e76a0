-- Takes the lock of a creation, or makes it last longer for the one that has it: 1, or 0 if somebody else has it.
-- KEYS: lock. ARGV: token, time in ms.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
