-- Remove entries and give their room back; what is removed already frees nothing. Returns how many were removed.
-- The first write is XDEL, which passes at maxmemory, and so does everything after it.
-- KEYS stream, bytes, open, dead
-- ARGV prefix of the keys of refused holders, seconds to remember them, letters to keep, then four per entry:
--   id, holder, size, result. Entries whose result is 'torn' are kept among the dead letters.
local freed, removed = 0, 0
for i = 4, #ARGV, 4 do
  local id, holder, result = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  local torn = result == 'torn' and redis.call('XRANGE', KEYS[1], id, id)
  if redis.call('XDEL', KEYS[1], id) == 1 then
    removed = removed + 1
    freed = freed + tonumber(ARGV[i + 2])
    local held = redis.call('HGET', KEYS[3], holder)
    if held then
      local n, rest = string.match(held, '^(%d+)(.+)$')
      if tonumber(n) > 1 then redis.call('HSET', KEYS[3], holder, (tonumber(n) - 1) .. rest)
      else redis.call('HDEL', KEYS[3], holder) end
    end
    if result ~= 'applied' and result ~= 'duplicate' then
      redis.call('SET', ARGV[1] .. holder, result, 'EX', ARGV[2])
    end
    if torn and torn[1] then
      redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[3], '*', unpack(torn[1][2]))
    end
  end
end
if redis.call('XLEN', KEYS[1]) == 0 then redis.call('DEL', KEYS[2], KEYS[3])
elseif freed > 0 then redis.call('DECRBY', KEYS[2], freed) end
return removed
