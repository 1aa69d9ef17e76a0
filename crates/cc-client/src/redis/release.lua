-- Ends a turn, unless it has ended by itself and is somebody else's now.
-- KEYS: lock. ARGV: ticket.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
