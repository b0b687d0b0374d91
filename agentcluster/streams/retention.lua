#!lua name=agentcluster_retention_1
-- How finished runs leave Redis. KEYS: log, meta, inbox of one run (one hash tag).

-- ARGV: head and seq of the log that is kept elsewhere by now, seconds the mark stays.
-- Deletes the run's keys only when it has ended exactly there. What stays for a while is the mark that it has ended,
-- without an epoch: whoever comes with an old hint or an old epoch is refused, and does not begin the run anew.
-- Returns 1 deleted (or gone already), 0 the run is open or its log is another one.
local function forget(keys, args)
  local meta = redis.call('HMGET', keys[2], 'epoch', 'head', 'seq', 'status')
  if not meta[1] then
    return redis.call('EXISTS', keys[1]) == 0 and 1 or 0
  end
  if (meta[4] or 'open') == 'open' or meta[2] ~= args[1] or meta[3] ~= args[2] then
    return 0
  end
  redis.call('UNLINK', keys[1], keys[2], keys[3])
  redis.call('HSET', keys[2], 'status', meta[4])
  redis.call('EXPIRE', keys[2], args[3])
  return 1
end

redis.register_function('ac_run_forget_1', forget)
