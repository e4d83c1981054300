-- Whether a batch would be taken: 1, or 0. As put.lua, without the batch; a refused unit is told by putting.
-- KEYS stream, bytes, open, refused    ARGV holder, size, entries at most, bytes at most, window
if redis.call('EXISTS', KEYS[4]) == 1 then return 1 end
local held = redis.call('HGET', KEYS[3], ARGV[1])
local bytes = tonumber(redis.call('GET', KEYS[2]) or '0')
if held and tonumber(string.match(held, '^%d+')) >= tonumber(ARGV[5]) then return 0 end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
if bytes > 0 and bytes + tonumber(ARGV[2]) > tonumber(ARGV[4]) then return 0 end
return 1
