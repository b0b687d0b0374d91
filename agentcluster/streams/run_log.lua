-- The fence of the run log. KEYS of all functions here: log, meta, inbox of one run (one hash tag).

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
-- Returns granted, epoch, seq, head, status, previous owner, whether the first entries were written, inbox length,
-- how the run was left by its previous owner ('' when it was not left on purpose), its gate.
local function claim(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'owner', 'seq', 'head', 'status', 'left', 'gate')
  local epoch, owner, seq = tonumber(meta[1] or 0), meta[2] or '', tonumber(meta[3] or 0)
  local head, status, left, gate = meta[4] or '', meta[5] or 'open', meta[6] or '', meta[7] or ''
  if status ~= 'open' then
    return {0, epoch, seq, head, status, owner, 0, 0, left, gate}
  end
  local dead = tonumber(args[2])
  local free = owner == '' or owner == args[1]
  for i = 3, 2 + dead do
    free = free or owner == args[i]
  end
  if not free then
    return {0, epoch, seq, head, status, owner, 0, 0, left, gate}
  end
  redis.call('HSET', keys[2], 'epoch', epoch + 1, 'owner', args[1], 'seq', seq, 'head', head, 'status', 'open')
  if left ~= '' then
    redis.call('HDEL', keys[2], 'left', 'due', 'hint', 'to')
    if left == 'parked' then
      redis.call('ZREM', TIMERS, run_of(keys[2]))
    end
  end
  local written, waiting = 0, redis.call('XLEN', keys[3])
  if seq == 0 and epoch == 0 and waiting == 0 and #args > 3 + dead then
    head = args[3 + dead]
    seq = write(keys[1], keys[2], seq, head, args, 4 + dead)
    written = 1
  end
  return {1, epoch + 1, seq, head, status, owner, written, waiting, left, gate}
end

-- Returns 0 when entries may follow, 1 when these are there already (a repeat), -1 stale owner, -2 gap or other history,
-- -3 run has ended.
local function judge(meta, epoch, seq, before, after, count)
  local found = redis.call('HMGET', meta, 'epoch', 'seq', 'head', 'status')
  if found[1] ~= epoch then
    return -1
  end
  if tonumber(found[2]) == tonumber(seq) + count and found[3] == after then
    return 1
  end
  if found[4] ~= 'open' then
    return -3
  end
  if found[2] ~= seq or found[3] ~= before then
    return -2
  end
  return 0
end

-- ARGV: epoch, seq and head before, head after, type of the terminal event or '', entries. Returns as judge does.
-- A run that ends gives its place behind a concurrency limit to the next in the same step.
local function append(keys, args)
  local verdict = judge(keys[2], args[1], args[2], args[3], args[4], #args - 5)
  if verdict ~= 0 then
    return verdict
  end
  write(keys[1], keys[2], tonumber(args[2]), args[4], args, 6)
  if args[5] ~= '' then
    redis.call('HSET', keys[2], 'status', args[5])
    redis.call('DEL', keys[3])
    for _, gate in ipairs({'whole', 'gate'}) do
      local name = redis.call('HGET', keys[2], gate)
      if name then
        leave(name, run_of(keys[2]))
      end
    end
  end
  return 0
end

-- ARGV: epoch. Gives the run up, so that any worker may claim it at once. Returns 1, or 0 when it was not ours.
local function release(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'status')
  if meta[1] ~= args[1] or meta[2] ~= 'open' then
    return 0
  end
  redis.call('HSET', keys[2], 'owner', '', 'left', 'handed over')
  return 1
end

redis.register_function('ac_run_claim_2', claim)
redis.register_function('ac_run_append_2', append)
redis.register_function('ac_run_release_2', release)
