"""What Redis does at once, in its own language: putting messages into every reader's queue or into none, and the like.

Keys begin with the bus's prefix and the topic: `readers` is the set of names; `reader:NAME` says capacity and overflow
and is gone when the reader has not been seen for its time; `queue:NAME` is its stream, with one consumer group;
`newest:NAME` and `order:NAME` are what waits for a reader that wants the newest of each instrument; `members:NAME` are
the processes that share it; `stats:NAME` are its counts.
"""

from typing import Final

GROUP: Final = "readers"

PUBLISH: Final = """
local set, prefix = KEYS[1], ARGV[1]
local readers = {}
local names = redis.call('SMEMBERS', set)
table.sort(names)
for _, name in ipairs(names) do
  local terms = redis.call('GET', prefix .. 'reader:' .. name)
  local one = nil
  if terms then
    local capacity, overflow = string.match(terms, '^(%d+) (.+)$')
    one = {name = name, capacity = tonumber(capacity), overflow = overflow, conflated = 0, dropped = 0, taken = 0}
    if overflow == 'conflate' then
      one.waiting = redis.call('HLEN', prefix .. 'newest:' .. name)
    else
      local told = redis.pcall('XPENDING', prefix .. 'queue:' .. name, 'readers')
      if told.err then
        one = nil
      else
        one.taken = told[1]
        one.waiting = redis.call('XLEN', prefix .. 'queue:' .. name) - told[1]
      end
    end
  end
  if one then
    readers[#readers + 1] = one
  else
    redis.call('SREM', set, name)
    redis.call('DEL', prefix .. 'reader:' .. name, prefix .. 'queue:' .. name, prefix .. 'newest:' .. name,
      prefix .. 'order:' .. name, prefix .. 'stats:' .. name)
  end
end
local accepted, full = 0, nil
for place = 2, #ARGV, 2 do
  local content, instrument = ARGV[place], ARGV[place + 1]
  for _, one in ipairs(readers) do
    if one.waiting >= one.capacity and one.overflow ~= 'drop-oldest' and not (one.overflow == 'conflate'
        and redis.call('HEXISTS', prefix .. 'newest:' .. one.name, instrument) == 1) then
      full = one
      break
    end
  end
  if full then break end
  for _, one in ipairs(readers) do
    if one.overflow == 'conflate' then
      if redis.call('HSET', prefix .. 'newest:' .. one.name, instrument, content) == 1 then
        redis.call('RPUSH', prefix .. 'order:' .. one.name, instrument)
        one.waiting = one.waiting + 1
      else
        one.conflated = one.conflated + 1
      end
    else
      redis.call('XADD', prefix .. 'queue:' .. one.name, '*', 'e', content)
      one.waiting = one.waiting + 1
      if one.waiting > one.capacity then
        redis.call('XTRIM', prefix .. 'queue:' .. one.name, 'MAXLEN', one.capacity + one.taken)
        one.waiting, one.dropped = one.capacity, one.dropped + 1
      end
    end
  end
  accepted = accepted + 1
end
for _, one in ipairs(readers) do
  local stats = prefix .. 'stats:' .. one.name
  if one.waiting > tonumber(redis.call('HGET', stats, 'highest') or '0') then
    redis.call('HSET', stats, 'highest', one.waiting)
  end
  if one.conflated > 0 then redis.call('HINCRBY', stats, 'conflated', one.conflated) end
  if one.dropped > 0 then redis.call('HINCRBY', stats, 'dropped', one.dropped) end
end
return {accepted, #readers, full and full.name or '', full and full.waiting or 0}
"""
"""KEYS: the set of readers. ARGV: prefix, then content and instrument of each message, in order. All readers get a
message or none does; it stops at the first that finds no room.
-> accepted, readers, name of the one that is full and what waits for it."""

SEEN: Final = """
local prefix, name, terms, ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local was = redis.call('EXISTS', prefix .. 'reader:' .. name)
if terms == '' and was == 0 then return 0 end
if terms ~= '' then
  redis.call('SADD', KEYS[1], name)
  redis.call('SADD', prefix .. 'members:' .. name, ARGV[5])
  redis.pcall('XGROUP', 'CREATE', prefix .. 'queue:' .. name, 'readers', '0', 'MKSTREAM')
  redis.call('HSETNX', prefix .. 'stats:' .. name, 'highest', 0)
  redis.call('SET', prefix .. 'reader:' .. name, terms)
end
for _, kind in ipairs({'reader:', 'queue:', 'newest:', 'order:', 'stats:', 'members:'}) do
  redis.call('PEXPIRE', prefix .. kind .. name, ms)
end
return 1
"""
"""Say that a reader lives; with terms, let there be one. 0: there is none any more."""

NEWEST: Final = """
local prefix, name, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local found = {}
while #found < most do
  local instrument = redis.call('LPOP', prefix .. 'order:' .. name)
  if not instrument then break end
  found[#found + 1] = redis.call('HGET', prefix .. 'newest:' .. name, instrument)
  redis.call('HDEL', prefix .. 'newest:' .. name, instrument)
end
return found
"""
"""Take the newest of each instrument, those that have waited longest first."""

CLOSE: Final = """
local prefix, name = ARGV[1], ARGV[2]
redis.call('SREM', prefix .. 'members:' .. name, ARGV[3])
if redis.call('SCARD', prefix .. 'members:' .. name) > 0 then return 0 end
redis.call('SREM', KEYS[1], name)
for _, kind in ipairs({'reader:', 'queue:', 'newest:', 'order:', 'stats:', 'members:'}) do
  redis.call('DEL', prefix .. kind .. name)
end
return 1
"""
"""A member of a reader leaves; with the last one what waits is thrown away."""

WAITING: Final = """
local prefix, name = ARGV[1], ARGV[2]
local terms = redis.call('GET', prefix .. 'reader:' .. name)
if not terms then return {0, 0} end
local capacity, overflow = string.match(terms, '^(%d+) (.+)$')
local waiting = 0
if overflow == 'conflate' then
  waiting = redis.call('HLEN', prefix .. 'newest:' .. name)
else
  local told = redis.pcall('XPENDING', prefix .. 'queue:' .. name, 'readers')
  if not told.err then waiting = redis.call('XLEN', prefix .. 'queue:' .. name) - told[1] end
end
local room = tonumber(capacity) - waiting
if overflow == 'drop-oldest' then room = tonumber(capacity) end
return {waiting, room}
"""
"""What waits for a reader, and how many more it can take."""
