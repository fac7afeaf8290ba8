-- The parts of a counter (windowed-counter.lua) before its latest: a string with 12 bytes for each (number, count), the oldest
-- first. Few messages need them. Where there are many, they are not in the state of the subject, which every message reads and
-- writes, but under a key of their own with those of its other counters: cmsgpack, by name. The counter says so (`is_apart`).
-- Its own string is then empty, except for the parts that an older version of the gateway added, which knows no other place.
--- @include "./clock.lua"

local PART_FORMAT = '>I6I6'
local PART_BYTES = 12
-- More than this are kept apart. Most numbers and addresses never have as many.
local MAX_INSIDE_BYTES = 8 * PART_BYTES

-- By key of the subject: what is kept apart, once it is read, and whether it is to be written.
local apart, is_apart_changed = {}, {}

local function apart_of(key)
  if not apart[key] then
    local packed = redis.call('GET', key .. ':older')
    apart[key] = packed and cmsgpack.unpack(packed) or {}
  end
  return apart[key]
end

-- The older parts of a counter, and whether those kept apart are gone, which they are only once they have left the window.
local function older_parts(key, name, counter)
  local older, is_apart = counter[4], counter[5]
  if not is_apart then return older, false end
  local of_counter = apart_of(key)[name]
  return (of_counter or '') .. older, not of_counter
end

local function keep_older(key, name, counter, older)
  if not counter[5] and #older <= MAX_INSIDE_BYTES then
    counter[4] = older
    return
  end
  counter[4], counter[5], apart_of(key)[name], is_apart_changed[key] = '', true, older, true
end

-- Writes what is kept apart of a subject whose state is written, with the same life.
local function save_older(key, ends_at)
  if is_apart_changed[key] then redis.call('SET', key .. ':older', cmsgpack.pack(apart[key]), 'PXAT', ends_at) end
  is_apart_changed[key] = nil
end

local function pack_part(number, n) return struct.pack(PART_FORMAT, number, n) end

-- For each part: where it begins in the string, its number and its count.
local function each_part(older)
  local first = 1 - PART_BYTES
  return function()
    first = first + PART_BYTES
    if first > #older then return nil end
    return first, struct.unpack(PART_FORMAT, older, first)
  end
end
