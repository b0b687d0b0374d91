-- Concurrency limits. A gate is a sorted set of runs. Those that are in have scores below 0 (by when they came in), those that
-- wait have scores from 0 (by priority, then by when they came); of equal scores the smaller run id, the older run, is first.
-- A run may have to pass two: first that of its key (`gate`, `limit` in its meta), then the one of all runs of its workflow
-- (`whole`, `whole_limit`). It keeps its place at the first while it waits at the second.

local INSIDE, ASKED, RANK = 1e14, -1.5e14, 1e13
local ADMIT = '{"command":"admit"}'
local REPLACE = '{"command":"cancel","reason":"A newer run took its place (concurrency limit)."}'

local promote, displace

local function has_room(gate, limit)
  return redis.call('ZCOUNT', gate, '-inf', '(0') < limit
end

-- Takes a run that is in at ``gate`` through the second one. Returns whether it may begin; else it waits there.
local function pass_on(gate, run)
  local found = redis.call('HMGET', meta_of(run), 'whole', 'whole_limit', 'rank', 'full')
  local whole, limit = found[1], tonumber(found[2])
  if not whole or whole == gate then
    return true
  end
  promote(whole, nil, limit)
  redis.call('SADD', GATES, whole)
  if has_room(whole, limit) then
    redis.call('ZADD', whole, now_ms() - INSIDE, run)
    return true
  end
  redis.call('ZADD', whole, tonumber(found[3]) * RANK + now_ms(), run)
  if found[4] == 'replace' then
    displace(whole, limit, run)
  end
  return false
end

-- The limit that the run's own version has at the gate.
local function limit_of(gate, run)
  local found = redis.call('HMGET', meta_of(run), 'whole', 'whole_limit', 'limit')
  return tonumber(found[1] == gate and found[2] or found[3] or 1)
end

local function forget(gate, run)
  local whole = redis.call('HGET', meta_of(run), 'whole')
  redis.call('ZREM', gate, run)
  if whole then
    redis.call('ZREM', whole, run)
  end
end

-- Lets waiting runs in while there is room by ``limit``, or else by that of their own version. ``quiet`` need not be told.
function promote(gate, quiet, limit)
  while true do
    local run = redis.call('ZRANGE', gate, 0, '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
    if not run then
      return
    end
    if not has_room(gate, limit or limit_of(gate, run)) then
      return
    end
    redis.call('ZADD', gate, now_ms() - INSIDE, run)
    if pass_on(gate, run) and run ~= quiet and send(run, ADMIT) == 0 then
      forget(gate, run)
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
function displace(gate, limit, newcomer)
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
      if redis.call('HGET', meta_of(oldest), 'whole') == gate then
        redis.call('HDEL', meta_of(oldest), 'whole', 'whole_limit')
      else
        redis.call('HDEL', meta_of(oldest), 'gate', 'limit', 'whole', 'whole_limit')
      end
      send(oldest, REPLACE)
    end
    surplus = surplus - 1
  end
end

local function standing(gate, whole, run)
  local score, behind = redis.call('ZSCORE', gate, run), whole and redis.call('ZSCORE', whole, run)
  if tonumber(score) >= 0 then
    return 2
  end
  return behind and tonumber(behind) >= 0 and 3 or 1
end

-- KEYS: gate, meta of the run, maybe the gate of the whole workflow. ARGV: epoch, limit, rank of its priority (0 is first),
-- what when full (queue, reject, replace), the limit of the whole workflow. Returns 1 in, 2 waits at the first, 3 at the
-- second, 0 refused by the first, 4 by the second, -1 stale owner, -3 run has ended. Asking again gives the same answer.
local function enter(keys, args)
  local gate, run, limit = keys[1], run_of(keys[2]), tonumber(args[2])
  local whole, whole_limit = keys[3], tonumber(args[5])
  local found = redis.call('HMGET', keys[2], 'epoch', 'status')
  if found[1] ~= args[1] then
    return -1
  end
  if found[2] ~= 'open' then
    return -3
  end
  if whole then
    promote(whole, run, whole_limit)
  end
  promote(gate, run, limit)
  if redis.call('ZSCORE', gate, run) then
    return standing(gate, whole, run)
  end
  local inside = has_room(gate, limit)
  if args[4] == 'reject' and not (inside and (not whole or has_room(whole, whole_limit))) then
    return inside and 4 or 0
  end
  redis.call('SADD', GATES, gate)
  redis.call('HSET', keys[2], 'gate', gate, 'limit', limit)
  if whole then
    redis.call('HSET', keys[2], 'whole', whole, 'whole_limit', whole_limit, 'rank', args[3], 'full', args[4])
  end
  if inside then
    redis.call('ZADD', gate, now_ms() - INSIDE, run)
    return pass_on(gate, run) and 1 or 3
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
redis.register_function('ac_gate_enter_3', enter)
redis.register_function('ac_gate_sweep_2', sweep)
