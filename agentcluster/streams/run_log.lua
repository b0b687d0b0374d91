#!lua name=agentcluster_runs_1
-- The fence of the run log. KEYS: log, meta, inbox of one run (one hash tag).

local function write(log, meta, seq, head, args, first)
  for i = first, #args do
    seq = seq + 1
    redis.call('XADD', log, string.format('%d-0', seq), 'e', args[i])
  end
  redis.call('HSET', meta, 'seq', seq, 'head', head)
  return seq
end

-- ARGV: owner, number of owners taken for dead, those, head after the first entries, first entries. The first entries are
-- written when the log is empty, and so is the inbox: a run that was cancelled before it began need not begin.
-- Returns granted, epoch, seq, head, status, previous owner, whether the first entries were written, inbox length.
local function claim(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'owner', 'seq', 'head', 'status')
  local epoch, owner, seq = tonumber(meta[1] or 0), meta[2] or '', tonumber(meta[3] or 0)
  local head, status = meta[4] or '', meta[5] or 'open'
  if status ~= 'open' then
    return {0, epoch, seq, head, status, owner, 0, 0}
  end
  local dead = tonumber(args[2])
  local free = owner == '' or owner == args[1]
  for i = 3, 2 + dead do
    free = free or owner == args[i]
  end
  if not free then
    return {0, epoch, seq, head, status, owner, 0, 0}
  end
  redis.call('HSET', keys[2], 'epoch', epoch + 1, 'owner', args[1], 'seq', seq, 'head', head, 'status', 'open')
  local written, waiting = 0, redis.call('XLEN', keys[3])
  if seq == 0 and epoch == 0 and waiting == 0 and #args > 3 + dead then
    head = args[3 + dead]
    seq = write(keys[1], keys[2], seq, head, args, 4 + dead)
    written = 1
  end
  return {1, epoch + 1, seq, head, status, owner, written, waiting}
end

-- ARGV: epoch, seq and head before, head after, type of the terminal event or '', entries.
-- Returns 0 written, 1 was written already (a repeat), -1 stale owner, -2 gap or other history, -3 run has ended.
local function append(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'seq', 'head', 'status')
  if meta[1] ~= args[1] then
    return -1
  end
  local seq = tonumber(args[2])
  if tonumber(meta[2]) == seq + #args - 5 and meta[3] == args[4] then
    return 1
  end
  if meta[4] ~= 'open' then
    return -3
  end
  if meta[2] ~= args[2] or meta[3] ~= args[3] then
    return -2
  end
  write(keys[1], keys[2], seq, args[4], args, 6)
  if args[5] ~= '' then
    redis.call('HSET', keys[2], 'status', args[5])
    redis.call('DEL', keys[3])
  end
  return 0
end

-- ARGV: epoch. Gives the run up, so that any worker may claim it at once. Returns 1, or 0 when it was not ours.
local function release(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'status')
  if meta[1] ~= args[1] or meta[2] ~= 'open' then
    return 0
  end
  redis.call('HSET', keys[2], 'owner', '')
  return 1
end

redis.register_function('ac_run_claim_1', claim)
redis.register_function('ac_run_append_1', append)
redis.register_function('ac_run_release_1', release)
