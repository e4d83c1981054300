-- Append a batch: OK with epoch and id, FULL (no room: nothing was written), or LOST (the unit was refused).
-- Called twice with the same batch it appends once: the holder's last number and id are remembered.
-- KEYS stream, bytes, open, refused, epoch
-- ARGV unit, fence, seq, body, entries at most, bytes at most, window, an epoch should there be none
if redis.call('EXISTS', KEYS[4]) == 1 then return {'LOST', '', ''} end
local holder = ARGV[1] .. ':' .. ARGV[2]
local count = 0
local held = redis.call('HGET', KEYS[3], holder)
if held then
  local n, seq, id = string.match(held, '^(%d+) (%d+) (.+)$')
  if seq == ARGV[3] then return {'OK', redis.call('GET', KEYS[5]) or '', id} end
  count = tonumber(n)
end
local size = #ARGV[4]
local bytes = tonumber(redis.call('GET', KEYS[2]) or '0')
if count >= tonumber(ARGV[7]) or redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[5])
  or (bytes > 0 and bytes + size > tonumber(ARGV[6])) then return {'FULL', '', ''} end
redis.call('SET', KEYS[5], ARGV[8], 'NX')
local id = redis.call('XADD', KEYS[1], '*', 'u', ARGV[1], 'f', ARGV[2], 'b', ARGV[4])
redis.call('HSET', KEYS[3], holder, (count + 1) .. ' ' .. ARGV[3] .. ' ' .. id)
redis.call('INCRBY', KEYS[2], size)
return {'OK', redis.call('GET', KEYS[5]), id}
