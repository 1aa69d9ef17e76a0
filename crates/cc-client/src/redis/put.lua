-- Keeps an answer, unless the turn in which it was asked for was taken away by a write, or all answers were dropped since.
-- KEYS: answer, lock, list. ARGV: ticket or '', time in ms, answer, member, most answers, prefix of answers.
if ARGV[1] ~= '' then
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
  redis.call('DEL', KEYS[2])
  if not redis.call('ZSCORE', KEYS[3], ARGV[4]) then return 0 end
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local ttl = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
-- The list comes first: an answer that is not listed could not be dropped.
redis.call('ZADD', KEYS[3], now + ttl, ARGV[4])
redis.call('SET', KEYS[1], ARGV[3], 'PX', ttl)
local over = redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[5])
if over > 0 then
  for at, member in ipairs(redis.call('ZPOPMIN', KEYS[3], over)) do
    if at % 2 == 1 then redis.call('DEL', ARGV[6] .. string.sub(member, 1, 64)) end
  end
end
if redis.call('PTTL', KEYS[3]) < ttl then redis.call('PEXPIRE', KEYS[3], ttl) end
return 1
