-- The ledger of tasks at work: a stream per agent whose consumer group has a consumer per instance. An entry is delivered in
-- the name of its instance in the step that adds it, and deleted in the step that acknowledges it, so that what the group
-- says of a consumer (XINFO CONSUMERS) is the load of that instance over all engine workers.

local TASKS_GROUP, MOST_TASKS, AT_ONCE = 'instances', 100000, 1000

local function acknowledge(stream, ids)
  for first = 1, #ids, AT_ONCE do
    local last = math.min(first + AT_ONCE - 1, #ids)
    redis.call('XACK', stream, TASKS_GROUP, unpack(ids, first, last))
    redis.call('XDEL', stream, unpack(ids, first, last))
  end
end

local function deliver(stream, instance, count)
  return redis.pcall('XREADGROUP', 'GROUP', TASKS_GROUP, instance, 'COUNT', count, 'STREAMS', stream, '>')
end

-- KEYS: stream. ARGV: agent, worker, how many are done, their ids, then for each new task its instance, its call and '1' when
-- it is over already; those of one instance stand together. Returns the ids of the new ones.
local function record(keys, args)
  local stream, worker, over = keys[1], args[2], {}
  local from = 4 + tonumber(args[3])
  for index = 4, from - 1 do
    over[#over + 1] = args[index]
  end
  if from <= #args and redis.call('EXISTS', stream) == 0 then
    redis.call('XGROUP', 'CREATE', stream, TASKS_GROUP, '$', 'MKSTREAM')
    redis.call('SADD', TASKS, args[1])
  end
  local ids, count = {}, 0
  for index = from, #args, 3 do
    local instance = args[index]
    local id = redis.call('XADD', stream, 'MAXLEN', '~', MOST_TASKS, '*', 'i', instance, 'c', args[index + 1], 'w', worker)
    ids[#ids + 1], count = id, count + 1
    if args[index + 2] == '1' then
      over[#over + 1] = id
    end
    if args[index + 3] ~= instance then
      local read = deliver(stream, instance, count)
      if type(read) == 'table' and read.err then
        -- Somebody has destroyed the group: all that stands before what is new here is nobody's.
        redis.call('XGROUP', 'CREATE', stream, TASKS_GROUP, '0')
        redis.call('XTRIM', stream, 'MINID', ids[#ids - count + 1])
        deliver(stream, instance, count)
      end
      count = 0
    end
  end
  acknowledge(stream, over)
  return ids
end

-- KEYS: stream. ARGV: how old (ms) at least, after which id, how many at most. Returns {id, call, worker} of each.
local function old(keys, args)
  local found = {}
  local until_ms = now_ms() - tonumber(args[1])
  if until_ms <= 0 then
    return found
  end
  for _, entry in ipairs(redis.call('XRANGE', keys[1], args[2], until_ms, 'COUNT', args[3])) do
    local fields = entry[2]
    found[#found + 1] = {entry[1], fields[4], fields[6]}
  end
  return found
end

redis.register_function('ac_tasks_record_1', record)
redis.register_function{function_name = 'ac_tasks_old_1', callback = old, flags = {'no-writes'}}

-- KEYS: breakers, their changes. ARGV: field, the number it must have now, the new value (its number, a space, JSON).
-- Returns the value that holds from now on: the new one, or what somebody else has put there before.
local function switch(keys, args)
  local known = redis.call('HGET', keys[1], args[1])
  local number = known and tonumber(string.match(known, '^%d+')) or 0
  if number > 0 and number ~= tonumber(args[2]) then
    return known
  end
  redis.call('HSET', keys[1], args[1], args[3])
  redis.call('XADD', keys[2], 'MAXLEN', '~', 10000, '*', 'b', args[1], 'v', args[3])
  return args[3]
end

redis.register_function('ac_breaker_switch_1', switch)
