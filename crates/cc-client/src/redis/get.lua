-- The answer that is kept, if it is listed: what is not listed was dropped, whether its key is gone or not.
-- KEYS: answer, list. ARGV: member.
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return false end
return redis.call('GET', KEYS[1])
