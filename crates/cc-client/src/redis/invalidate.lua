-- Drops the answers, and takes away the turns, of paths that are this one, above it or below it.
-- KEYS: list. ARGV: path, prefix of answers, prefix of locks.
local function bare(path) return (string.gsub(path, '/+$', '')) end
local function starts(long, short)
  return string.sub(long, 1, #short) == short and (#long == #short or string.sub(long, #short + 1, #short + 1) == '/')
end
local written = bare(ARGV[1])
local dropped = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local path = bare(string.sub(member, 65))
  if starts(path, written) or starts(written, path) then
    local digest = string.sub(member, 1, 64)
    redis.call('DEL', ARGV[2] .. digest, ARGV[3] .. digest)
    redis.call('ZREM', KEYS[1], member)
    dropped = dropped + 1
  end
end
return dropped
