-- An index other than the one that the caller has, else whose turn it is: 1 for the caller's.
-- KEYS: index, lock. ARGV: ticket, time of a turn in ms, head of the index that the caller has.
if redis.call('STRLEN', KEYS[1]) > 0 and redis.call('GETRANGE', KEYS[1], 0, #ARGV[3] - 1) ~= ARGV[3] then
  return redis.call('GET', KEYS[1])
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
