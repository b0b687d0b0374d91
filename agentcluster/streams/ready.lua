-- KEYS: streams of hints, the most urgent first. ARGV: group, worker, how many at most. Takes new hints in that strict order, for
-- a worker that has room for few. Returns what XREADGROUP does.
local function take(keys, args)
  local found, room = {}, tonumber(args[3])
  for _, key in ipairs(keys) do
    if room <= 0 then
      break
    end
    local reply = redis.call('XREADGROUP', 'GROUP', args[1], args[2], 'COUNT', room, 'STREAMS', key, '>')
    if reply and reply[1] then
      room = room - #reply[1][2]
      found[#found + 1] = reply[1]
    end
  end
  return found
end

redis.register_function('ac_ready_take_2', take)
