-- Logs that begin with events made elsewhere: forks, retries, continued runs. They are written to a key of their own first and
-- become the run's log in one step.

-- Returns 1 made, 0 the run has a log already, -5 the seed is not whole.
local function sow(log, meta, seed, count, head, inbox)
  local found = redis.call('HMGET', meta, 'epoch', 'seq', 'inbox')
  if tonumber(found[2] or 0) > 0 then
    redis.call('DEL', seed)
    return 0
  end
  if redis.call('XLEN', seed) ~= tonumber(count) then
    return -5
  end
  redis.call('RENAME', seed, log)
  redis.call('PERSIST', log)
  redis.call('HSET', meta, 'epoch', math.max(tonumber(found[1] or 0), 1), 'owner', '', 'seq', count, 'head', head)
  local last = math.max(tonumber(found[3] or 0), tonumber(inbox))
  redis.call('HSET', meta, 'status', 'open', 'left', 'seeded', 'inbox', string.format('%.0f', last))
  return 1
end

-- KEYS: log, meta, inbox, seed. ARGV: how many entries, head, the largest inbox id they name. Returns as sow does.
local function seed(keys, args)
  return sow(keys[1], keys[2], keys[4], args[1], args[2], args[3])
end

local function move_gate(from, to, run, next_run)
  for gate, limit in pairs({gate = 'limit', whole = 'whole_limit'}) do
    local found = redis.call('HMGET', from, gate, limit, 'rank', 'full')
    local score = found[1] and redis.call('ZSCORE', found[1], run)
    if score then
      redis.call('ZREM', found[1], run)
      redis.call('ZADD', found[1], score, next_run)
      redis.call('HSET', to, gate, found[1], limit, found[2])
      if found[3] then
        redis.call('HSET', to, 'rank', found[3], 'full', found[4])
      end
    end
  end
end

-- KEYS: log, meta, inbox of the run; log, meta, inbox, seed of the next. ARGV: epoch, seq and head before, head after, entry
-- that ends the run; how many entries the seed has, its head; hint at the next run, stream of hints; the last inbox entry
-- that was answered. Ends the one, opens the other, which gets its place behind a concurrency limit and what is left in
-- its inbox. Returns as append does, or -5: the seed is not whole.
local function continue(keys, args)
  local verdict = judge(keys[2], args[1], args[2], args[3], args[4], 1)
  if verdict ~= 0 then
    return verdict
  end
  local last = redis.call('HGET', keys[2], 'inbox') or '0'
  if sow(keys[4], keys[5], keys[7], args[6], args[7], last) < 0 then
    return -5
  end
  for _, entry in ipairs(redis.call('XRANGE', keys[3], '(' .. args[10], '+')) do
    redis.call('XADD', keys[6], entry[1], unpack(entry[2]))
  end
  move_gate(keys[2], keys[5], run_of(keys[2]), run_of(keys[5]))
  write(keys[1], keys[2], tonumber(args[2]), args[4], {args[5]}, 1)
  redis.call('HSET', keys[2], 'status', 'run_continued')
  redis.call('DEL', keys[3])
  redis.call('XADD', args[9], '*', 'r', args[8])
  return 0
end

redis.register_function('ac_run_seed_2', seed)
redis.register_function('ac_run_continue_2', continue)
