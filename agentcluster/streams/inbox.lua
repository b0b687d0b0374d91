-- Commands to runs, parking and timers. A run that only waits is parked: no owner, and a hint at it (members of a JSON object
-- beside the run's id; over 64 bytes a hash takes thrice the memory) in its meta hash, which goes to the stream of hints as
-- soon as a command comes or its timer is due. All of that is decided here in one step, so a command is either seen by
-- whoever parks the run or wakes it afterwards.

local MAX_INBOX = 1000
-- How long (s) a command is known by its nonce: longer than a sender tries again after a lost connection.
local NONCE_S = 60

local function run_of(key)
  return string.match(key, '{(.-)}')
end

local function meta_of(run)
  return 'run:{' .. run .. '}:meta'
end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Hints at a run that is parked; returns whether it was.
local function rouse(run)
  local meta = meta_of(run)
  local found = redis.call('HMGET', meta, 'left', 'hint', 'to')
  redis.call('ZREM', TIMERS, run)
  if found[1] ~= 'parked' then
    return false
  end
  redis.call('XADD', found[3] or READY, '*', 'r', '{"run_id":"' .. run .. '",' .. found[2] .. '}')
  redis.call('HSET', meta, 'left', 'hinted')
  redis.call('HDEL', meta, 'due', 'hint', 'to')
  return true
end

-- Puts a command into the inbox and tells whoever has to know. Ids of entries only ever rise, also when the clock is set back
-- or the stream was removed in between. Returns 1 the owner was told, 2 the run was roused, 3 the next owner will read it,
-- 0 the run has ended, -1 too many commands wait (never when forced).
local function send(run, command, nonce)
  local meta, inbox = meta_of(run), 'run:{' .. run .. '}:inbox'
  local found = redis.call('HMGET', meta, 'status', 'owner', 'inbox')
  if found[1] and found[1] ~= 'open' then
    return 0
  end
  local owner = found[2] or ''
  local sent = nonce and 'run:{' .. run .. '}:sent:' .. nonce
  local known = sent and redis.call('EXISTS', sent) == 1
  if not known then
    if nonce and redis.call('XLEN', inbox) >= MAX_INBOX then
      return -1
    end
    local id = string.format('%.0f', math.max(tonumber(found[3] or 0) + 1, now_ms()))
    redis.call('XADD', inbox, id .. '-0', 'c', command)
    redis.call('HSET', meta, 'inbox', id)
    if sent then
      redis.call('SET', sent, '', 'EX', NONCE_S)
    end
  end
  if owner ~= '' then
    redis.call('XADD', 'worker:' .. owner .. ':wake', 'MAXLEN', '~', 10000, '*', 'run', run)
    return 1
  end
  return rouse(run) and 2 or 3
end

-- KEYS: meta, inbox. ARGV: command, nonce (the same for a repeat of the same call). Returns as send does.
local function send_one(keys, args)
  return send(run_of(keys[1]), args[1], args[2])
end

-- KEYS: log, meta, inbox. ARGV: epoch, id of the last inbox entry that was answered, when (ms) it is due, hint, stream of
-- hints, when (ms) its timer rings (0: never; late is soon enough, the reaper does it). Returns 1 parked, 0 there is more in the inbox, -1 stale owner, -3 run has ended.
-- A short log is copied: a stream reserves 4 KB for entries to come, more than such a run needs for all else together.
local function park(keys, args)
  local found = redis.call('HMGET', keys[2], 'epoch', 'status')
  if found[1] ~= args[1] then
    return -1
  end
  if found[2] ~= 'open' then
    return -3
  end
  if #redis.call('XRANGE', keys[3], '(' .. args[2], '+', 'COUNT', 1) > 0 then
    return 0
  end
  redis.call('DEL', keys[3])
  redis.call('HSET', keys[2], 'left', 'parked', 'due', args[3], 'hint', args[4])
  redis.call('HDEL', keys[2], 'owner')
  if args[5] ~= READY then
    redis.call('HSET', keys[2], 'to', args[5])
  end
  if args[6] ~= '0' then
    redis.call('ZADD', TIMERS, args[6], run_of(keys[2]))
  end
  if redis.call('XLEN', keys[1]) <= 100 then
    redis.call('COPY', keys[1], keys[1] .. ':copy', 'REPLACE')
    redis.call('RENAME', keys[1] .. ':copy', keys[1])
  end
  return 1
end

-- KEYS: timers. ARGV: time (ms), how many at most. Rouses parked runs whose timers ring by then; returns how many rang. The time
-- is the server's when that is later: a clock that was set back must not make anybody wait, and ringing early does no harm.
local function ring(keys, args)
  local now = math.max(tonumber(args[1]), now_ms())
  local runs = redis.call('ZRANGE', keys[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, args[2])
  for _, run in ipairs(runs) do
    rouse(run)
  end
  return #runs
end

-- KEYS: timers. ARGV: run ids. Rouses those that are parked; returns how many were.
local function rouse_all(_, args)
  local roused = 0
  for _, run in ipairs(args) do
    roused = roused + (rouse(run) and 1 or 0)
  end
  return roused
end

redis.register_function('ac_run_send_2', send_one)
redis.register_function('ac_run_park_2', park)
redis.register_function('ac_timers_ring_2', ring)
redis.register_function('ac_runs_rouse_2', rouse_all)
