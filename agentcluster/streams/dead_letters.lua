-- Dead letters. KEYS of each function: the agent's stream, the hash of what was put there by call, the hash of how many there are
-- by workflow (with the newest of each), the hash of the runs they were given to again.

local PAGE = 100

local function workflow_of(entry)
  local fields = entry[2]
  for index = 1, #fields, 2 do
    if fields[index] == 'workflow_id' then
      return fields[index + 1]
    end
  end
  return ''
end

local function count(counts, entry)
  local workflow = workflow_of(entry)
  redis.call('HINCRBY', counts, 'c:' .. workflow, 1)
  redis.call('HSET', counts, 'n:' .. workflow, entry[1])
  redis.call('HINCRBY', counts, 'all', 1)
end

local function uncount(keys, entry)
  local workflow = workflow_of(entry)
  redis.call('HINCRBY', keys[3], 'all', -1)
  if redis.call('HINCRBY', keys[3], 'c:' .. workflow, -1) <= 0 then
    redis.call('HDEL', keys[3], 'c:' .. workflow, 'n:' .. workflow)
    return
  end
  local before = entry[1]
  if redis.call('HGET', keys[3], 'n:' .. workflow) ~= before then
    return
  end
  while true do
    local page = redis.call('XREVRANGE', keys[1], '(' .. before, '-', 'COUNT', PAGE)
    for _, older in ipairs(page) do
      if workflow_of(older) == workflow then
        redis.call('HSET', keys[3], 'n:' .. workflow, older[1])
        return
      end
      before = older[1]
    end
    if #page < PAGE then
      return
    end
  end
end

-- Counts anew where what was counted is not what is there: written by another release, or by hand.
local function check_counts(keys)
  if tonumber(redis.call('HGET', keys[3], 'all') or 0) == redis.call('XLEN', keys[1]) then
    return
  end
  redis.call('DEL', keys[3])
  local from = '-'
  while true do
    local page = redis.call('XRANGE', keys[1], from, '+', 'COUNT', PAGE)
    for _, entry in ipairs(page) do
      count(keys[3], entry)
      from = '(' .. entry[1]
    end
    if #page < PAGE then
      return
    end
  end
end

local function remove(keys, entry)
  uncount(keys, entry)
  redis.call('XDEL', keys[1], entry[1])
  redis.call('HDEL', keys[4], entry[1])
end

-- Calls are remembered for longer than their letters: a late worker must not put one there again.
local function forget_calls(keys)
  local first = redis.call('XRANGE', keys[1], '-', '+', 'COUNT', 1)[1][1]
  local oldest = tonumber(string.match(first, '^%d+'))
  local all = redis.call('HGETALL', keys[2])
  for index = 1, #all, 2 do
    if tonumber(string.match(all[index + 1], '^%d+')) < oldest then
      redis.call('HDEL', keys[2], all[index])
    end
  end
end

-- ARGV: agent, call, how many are kept (about), fields and values. Returns the id of the entry, the first one when the call
-- was put there before.
local function bury(keys, args)
  local known = redis.call('HGET', keys[2], args[2])
  if known then
    return known
  end
  check_counts(keys)
  local kept = tonumber(args[3])
  local id = redis.call('XADD', keys[1], '*', unpack(args, 4))
  count(keys[3], redis.call('XRANGE', keys[1], id, id)[1])
  redis.call('HSET', keys[2], args[2], id)
  redis.call('SADD', DEAD_LETTERS, args[1])
  while redis.call('XLEN', keys[1]) > kept + PAGE do
    for _, entry in ipairs(redis.call('XRANGE', keys[1], '-', '+', 'COUNT', PAGE)) do
      remove(keys, entry)
    end
  end
  if redis.call('HLEN', keys[2]) > 2 * kept + 2 * PAGE then
    forget_calls(keys)
  end
  return id
end

-- ARGV: ids. Returns how many were there.
local function delete(keys, args)
  check_counts(keys)
  local found = 0
  for _, id in ipairs(args) do
    local entry = redis.call('XRANGE', keys[1], id, id)[1]
    if entry then
      remove(keys, entry)
      found = found + 1
    end
  end
  return found
end

-- Returns names and values: 'all' is how many, 'c:<workflow>' how many of it, 'n:<workflow>' the id of its newest.
local function counts(keys)
  check_counts(keys)
  return redis.call('HGETALL', keys[3])
end

redis.register_function('ac_dead_letter_2', bury)
redis.register_function('ac_dead_letter_delete_1', delete)
redis.register_function('ac_dead_letter_counts_1', counts)
