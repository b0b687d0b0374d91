-- Concurrency limits. A gate is a sorted set of runs. Those that are in have scores below 0 (by when they came in), those that
-- wait have scores from 0 (by priority, then by when they came); of equal scores the smaller run id, the older run, is first.

local INSIDE, ASKED, RANK = 1e14, -1.5e14, 1e13
local ADMIT = '{"command":"admit"}'
local REPLACE = '{"command":"cancel","reason":"A newer run took its place (concurrency limit)."}'

-- Lets waiting runs in while there is room by ``limit``, or else by that of their own version. ``quiet`` need not be told.
local function promote(gate, quiet, limit)
  while true do
    local run = redis.call('ZRANGE', gate, 0, '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
    if not run then
      return
    end
    local room = limit or tonumber(redis.call('HGET', meta_of(run), 'limit') or 1)
    if redis.call('ZCOUNT', gate, '-inf', '(0') >= room then
      return
    end
    redis.call('ZADD', gate, now_ms() - INSIDE, run)
    if run ~= quiet and send(run, ADMIT) == 0 then
      redis.call('ZREM', gate, run)
    end
  end
end

local function leave(gate, run)
  redis.call('ZREM', gate, run)
  promote(gate)
  if redis.call('EXISTS', gate) == 0 then
    redis.call('SREM', GATES, gate)
  end
end

-- Asks as many runs to stop as there are too many: the oldest inside first, then the oldest that wait before ``newcomer``.
local function displace(gate, limit, newcomer)
  local surplus = redis.call('ZCARD', gate) - limit - redis.call('ZCOUNT', gate, '-inf', ASKED)
  while surplus > 0 do
    local found = redis.call('ZRANGE', gate, ASKED, '(0', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
    if found[1] then
      redis.call('ZADD', gate, tonumber(found[2]) - INSIDE, found[1])
      send(found[1], REPLACE)
    else
      local oldest
      for _, run in ipairs(redis.call('ZRANGE', gate, 0, '+inf', 'BYSCORE')) do
        if run ~= newcomer and (not oldest or run < oldest) then
          oldest = run
        end
      end
      if not oldest then
        return
      end
      redis.call('ZREM', gate, oldest)
      redis.call('HDEL', meta_of(oldest), 'gate', 'limit')
      send(oldest, REPLACE)
    end
    surplus = surplus - 1
  end
end

-- KEYS: gate, meta of the run. ARGV: epoch, limit, rank of its priority (0 is first), what when full (queue, reject, replace).
-- Returns 1 in, 2 waits, 0 refused, -1 stale owner, -3 run has ended. Asking again gives the same answer.
local function enter(keys, args)
  local gate, run, limit = keys[1], run_of(keys[2]), tonumber(args[2])
  local found = redis.call('HMGET', keys[2], 'epoch', 'status')
  if found[1] ~= args[1] then
    return -1
  end
  if found[2] ~= 'open' then
    return -3
  end
  promote(gate, run, limit)
  local score = redis.call('ZSCORE', gate, run)
  if score then
    return tonumber(score) < 0 and 1 or 2
  end
  local inside = redis.call('ZCOUNT', gate, '-inf', '(0') < limit
  if not inside and args[4] == 'reject' then
    return 0
  end
  redis.call('SADD', GATES, gate)
  redis.call('HSET', keys[2], 'gate', gate, 'limit', limit)
  if inside then
    redis.call('ZADD', gate, now_ms() - INSIDE, run)
    return 1
  end
  redis.call('ZADD', gate, tonumber(args[3]) * RANK + now_ms(), run)
  if args[4] == 'replace' then
    displace(gate, limit, run)
  end
  return 2
end

-- KEYS: gate. Removes runs that have ended or are unknown and lets others in; returns how many were removed.
local function sweep(keys)
  local removed = 0
  for _, run in ipairs(redis.call('ZRANGE', keys[1], 0, -1)) do
    if redis.call('HGET', meta_of(run), 'status') ~= 'open' then
      redis.call('ZREM', keys[1], run)
      removed = removed + 1
    end
  end
  promote(keys[1])
  if redis.call('EXISTS', keys[1]) == 0 then
    redis.call('SREM', GATES, keys[1])
  end
  return removed
end

redis.register_function('ac_gate_enter_2', enter)
redis.register_function('ac_gate_sweep_2', sweep)
