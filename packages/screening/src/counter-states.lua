-- Everything that is counted for one subject is one string, so that a script reads and writes it with one command each,
-- however many messages it weighs: `load_counters` reads many keys at once, `save_counters` writes those that changed. In
-- between, all functions work on tables. A state has
--   counters    by name: { part, sum, here, older, is_apart }. `part` is the latest sixtieth of the window, by its number since
--               the epoch; `here` was counted in it; `older` and `is_apart` are about the parts before it (older-parts.lua).
--   until_ms    when Redis may forget it
-- and whatever else is remembered of the subject (guard-rules.lua).
--
-- Most numbers and addresses are new. Of those that are counted alike, all states are the same but for what else is
-- remembered, so a script makes the bytes once (`bytes_of_new`) and no tables for each.
--- @include "./older-parts.lua"

local PARTS = 60

-- By key: `loaded` has the state, or its bytes until they are needed, or false where there is none. `changed` has the time of
-- those to be written. `beginnings` has what is counted of a new subject.
local loaded, changed, beginnings = {}, {}, {}

-- What else is remembered of new subjects: for each entry its packed name, and by key the packed values.
local entries = {}
local function new_entry(name)
  local entry = { name = cmsgpack.pack(name), values = {} }
  entries[#entries + 1] = entry
  return entry
end

-- Reads the keys in these lists; false in a list is none.
local function load_counters(lists)
  local keys = {}
  for _, list in ipairs(lists) do
    for i = 1, #list do
      local key = list[i]
      if key and loaded[key] == nil then
        keys[#keys + 1], loaded[key] = key, false
      end
    end
  end
  if #keys == 0 then return end
  local packed = redis.call('MGET', unpack(keys))
  for i = 1, #keys do loaded[keys[i]] = packed[i] end
end

local function is_unknown(key)
  local state = loaded[key]
  if state == nil then
    state = redis.call('GET', key)
    loaded[key] = state
  end
  return not state
end

-- How the state of a new subject begins: what is counted, one step after the other, as a chain of tables that is shared by
-- all subjects with the same steps.
local first_step, steps_at = {}, nil
local NO_SHAPES = {}

local function make_step(before, now, shapes, n, life_ms)
  local until_ms = math.max(math.ceil(now + life_ms), before.until_ms or 0)
  local step = { before = before, now = now, shapes = shapes, n = n, until_ms = until_ms }
  before[shapes] = before[shapes] or {}
  before[shapes][n] = step
  return step
end

-- Whether nothing is known or counted of a subject.
local function is_new(key) return not beginnings[key] and is_unknown(key) end

-- Counts n of a new subject, which is remembered for so long at least.
local function begin_counting(now, key, shapes, n, life_ms)
  if steps_at ~= now then first_step, steps_at = {}, now end
  local before = beginnings[key] or first_step
  local of_shapes = before[shapes]
  beginnings[key] = of_shapes and of_shapes[n] or make_step(before, now, shapes, n, life_ms)
end

local function counters_after(step)
  if not step.before then return {} end
  local counters = counters_after(step.before)
  for _, shape in ipairs(step.shapes) do
    local name, part = shape[1], math.floor(step.now * PARTS / shape[2])
    local counter = counters[name] or { part, 0, 0, '' }
    counter[2], counter[3] = counter[2] + step.n, counter[3] + step.n
    counters[name] = counter
  end
  return counters
end

-- The bytes of a new state: a map of counters, until_ms, and what else is remembered. They are put together at once, because
-- Lua hashes every string in full.
local pieces = {}
local function bytes_of_new(key, step)
  if not step.packed then
    step.packed = cmsgpack.pack('counters', counters_after(step), 'until_ms', step.until_ms)
  end
  local n = 2
  for e = 1, #entries do
    local entry = entries[e]
    local value = entry.values[key]
    if value then
      pieces[n + 1], pieces[n + 2] = entry.name, value
      n = n + 2
    end
  end
  -- A map of two entries and these.
  pieces[1], pieces[2] = string.char(128 + 1 + n / 2), step.packed
  return table.concat(pieces, '', 1, n)
end

-- Remembers something of a new subject that is counted, too: a packed value under an entry. False if the subject is not new.
local function remember_of_new(key, entry, value)
  if not is_unknown(key) or entry.values[key] then return false end
  entry.values[key] = value
  return true
end

local function state_of(key)
  local state, step = loaded[key], beginnings[key]
  if type(state) == 'table' then return state end
  if step then
    state = cmsgpack.unpack(bytes_of_new(key, step))
    beginnings[key], changed[key] = nil, step.now
    for _, entry in ipairs(entries) do entry.values[key] = nil end
  else
    state = is_unknown(key) and { counters = {}, until_ms = 0 } or cmsgpack.unpack(loaded[key])
  end
  loaded[key] = state
  return state
end

-- Has the state written by save_counters, and remembered for so long at least.
local function touch(key, now, life_ms)
  if is_unknown(key) then
    local step = beginnings[key]
    -- Nothing is counted: n only keeps the steps of different lives apart.
    if not step or step.until_ms < now + life_ms then begin_counting(now, key, NO_SHAPES, life_ms, life_ms) end
    return
  end
  local state = state_of(key)
  state.until_ms = math.max(state.until_ms, math.ceil(now + life_ms))
  changed[key] = now
end
