-- What is counted of a number and an address together is inside the state of the number, as a state of its own in `pairs`,
-- and takes no key and no command: `inside` has, by key, the number's key and the address. Where a number has met too many
-- addresses, further ones have keys of their own, for as long as these may count (`alone_ms`).
--- @include "./counter-states.lua"

local MAX_INSIDE = 20
-- No window is longer (packages/config), and what it counted is kept for a sixtieth of it more.
local MAX_WINDOW_MS = 86400000 * 61 / 60
local inside = {}
-- The state of a number of which nothing is known.
local NOTHING = {}
local PAIRS = new_entry('pairs')

local function size_of(map)
  local size = 0
  for _ in pairs(map) do size = size + 1 end
  return size
end

-- The key of a number and an address together, for `look` and `add`.
local function pair_of(now, number, address)
  local key = number .. '.' .. address
  if loaded[key] ~= nil then return key end
  local state = is_new(number) and NOTHING or state_of(number)
  local known = state.pairs and state.pairs[address]
  if not known and state.pairs then
    for other, of_pair in pairs(state.pairs) do
      if of_pair.until_ms <= now then state.pairs[other] = nil end
    end
  end
  local is_full = state.pairs and size_of(state.pairs) >= MAX_INSIDE
  if known or not (is_full or (state.alone_ms or 0) > now) then
    loaded[key], inside[key] = known or false, { number, address }
  else
    state.alone_ms = now + MAX_WINDOW_MS
  end
  return key
end

-- Puts what is counted of pairs into the states of their numbers.
local function save_pairs()
  for key, place in pairs(inside) do
    local number, address, step = place[1], place[2], beginnings[key]
    local now = step and step.now or changed[key]
    if now then
      local life_ms = (step or loaded[key]).until_ms - now
      if not step then save_older(key, time_after(life_ms)) end
      touch(number, now, life_ms)
      local is_stored = step and remember_of_new(number, PAIRS, '\129' .. cmsgpack.pack(address) .. bytes_of_new(key, step))
      if not is_stored then
        local of_pair, state = state_of(key), state_of(number)
        state.pairs = state.pairs or {}
        state.pairs[address] = of_pair
      end
      beginnings[key], changed[key] = nil, nil
    end
  end
end
