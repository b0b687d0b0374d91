#!lua name=agentcluster_memory_1
-- Shared memory. KEYS: value (hash v, r, i), list (stream), index (sorted set: names by expiry) and, for append, the mark of
-- the idempotency key; all of one space (one hash tag). An index entry is 'v' or 'l' and the name; its score is when it
-- expires in ms, or +inf.

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function enter(index, member, ttl)
  if ttl == '' then
    redis.call('ZADD', index, '+inf', member)
  else
    redis.call('ZADD', index, now_ms() + tonumber(ttl), member)
  end
end

local function expire(key, ttl)
  if ttl == '' then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIRE', key, ttl)
  end
end

local function full(index, limit)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now_ms())
  return redis.call('ZCARD', index) >= tonumber(limit)
end

-- ARGV: name, value, ttl in ms or '', idempotency key or '', most names, how to compare (any, absent, value, revision), with.
-- Returns code (1 written or written before, 0 something else stands there, -1 it is a list, -2 too many names), revision,
-- value that stands there.
local function write(keys, args)
  if redis.call('EXISTS', keys[2]) == 1 then
    return {-1, 0, ''}
  end
  local found = redis.call('HMGET', keys[1], 'v', 'r', 'i')
  local revision = tonumber(found[2] or 0)
  if found[1] and args[4] ~= '' and found[3] == args[4] then
    return {1, revision, found[1]}
  end
  local how, with = args[6], args[7]
  if (how == 'absent' and found[1] and found[1] ~= 'null') or (how == 'value' and found[1] ~= with)
    or (how == 'revision' and revision ~= tonumber(with)) then
    return {0, revision, found[1] or ''}
  end
  if not found[1] and full(keys[3], args[5]) then
    return {-2, 0, ''}
  end
  redis.call('HSET', keys[1], 'v', args[2], 'r', revision + 1, 'i', args[4])
  expire(keys[1], args[3])
  enter(keys[3], 'v' .. args[1], args[3])
  return {1, revision + 1, args[2]}
end

-- ARGV: name, entry, ttl in ms or '', idempotency key or '', most names, most entries, seconds the mark stays.
-- Returns code (1 appended, 0 appended before, -1 it is a value, -2 too many names), length, id of the entry.
local function append(keys, args)
  if redis.call('EXISTS', keys[1]) == 1 then
    return {-1, 0, ''}
  end
  local before = args[4] ~= '' and redis.call('GET', keys[4])
  if before then
    return {0, redis.call('XLEN', keys[2]), before}
  end
  if redis.call('EXISTS', keys[2]) == 0 and full(keys[3], args[5]) then
    return {-2, 0, ''}
  end
  local id = redis.call('XADD', keys[2], 'MAXLEN', '=', args[6], '*', 'v', args[2])
  expire(keys[2], args[3])
  enter(keys[3], 'l' .. args[1], args[3])
  if args[4] ~= '' then
    redis.call('SET', keys[4], id, 'EX', args[7])
  end
  return {1, redis.call('XLEN', keys[2]), id}
end

-- ARGV: name, how to compare, with. Returns code (1 deleted, 0 something else stands there, 2 nothing stood there), revision,
-- value that stands there.
local function delete(keys, args)
  local found = redis.call('HMGET', keys[1], 'v', 'r')
  local how, with = args[2], args[3]
  if (how == 'value' and found[1] and found[1] ~= with) or (how == 'revision' and found[1] and found[2] ~= with) then
    return {0, tonumber(found[2]), found[1]}
  end
  local gone = redis.call('DEL', keys[1], keys[2])
  redis.call('ZREM', keys[3], 'v' .. args[1], 'l' .. args[1])
  return {gone > 0 and 1 or 2, 0, ''}
end

-- ARGV: most entries. Returns kind (value, list, none), value or entries from the oldest of the newest, revision or length,
-- ms until it expires (-1: never).
local function read(keys, args)
  local found = redis.call('HMGET', keys[1], 'v', 'r')
  if found[1] then
    return {'value', found[1], tonumber(found[2]), redis.call('PTTL', keys[1])}
  end
  if redis.call('EXISTS', keys[2]) == 0 then
    return {'none', '', 0, -1}
  end
  local newest = redis.call('XREVRANGE', keys[2], '+', '-', 'COUNT', args[1])
  local entries = {}
  for i = #newest, 1, -1 do
    entries[#entries + 1] = newest[i][1]
    entries[#entries + 1] = newest[i][2][2]
  end
  return {'list', entries, redis.call('XLEN', keys[2]), redis.call('PTTL', keys[2])}
end

-- Returns all names with their kinds (first letter), after those that have expired were taken out.
local function names(keys)
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now_ms())
  return redis.call('ZRANGE', keys[1], 0, -1)
end

redis.register_function('ac_memory_write_1', write)
redis.register_function('ac_memory_append_1', append)
redis.register_function('ac_memory_delete_1', delete)
redis.register_function{function_name = 'ac_memory_read_1', callback = read, flags = {'no-writes'}}
redis.register_function('ac_memory_names_1', names)
