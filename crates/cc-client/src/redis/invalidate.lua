-- Drops the answers, and takes away the turns, of paths that are this one, above it or below it, or about the same things.
-- KEYS: list. ARGV: path, prefix of answers, prefix of locks, ids of the things.
local function bare(path) return (string.gsub(path, '/+$', '')) end
local function starts(long, short)
  return string.sub(long, 1, #short) == short and (#long == #short or string.sub(long, #short + 1, #short + 1) == '/')
end
local function about(path)
  for at = 4, #ARGV do
    if string.find(path .. '/', '/' .. ARGV[at] .. '/', 1, true) then return true end
  end
  return false
end
local written = bare(ARGV[1])
local dropped = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local path = bare(string.sub(member, 65))
  if starts(path, written) or starts(written, path) or about(path) then
    local digest = string.sub(member, 1, 64)
    redis.call('DEL', ARGV[2] .. digest, ARGV[3] .. digest)
    redis.call('ZREM', KEYS[1], member)
    dropped = dropped + 1
  end
end
return dropped
