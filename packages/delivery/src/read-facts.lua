-- What is known of a message before the next decision about it.
--- @include "@sms-gateway/screening/blocks.lua"
--- @include "@sms-gateway/screening/counter-states.lua"
--- @include "./newest.lua"

-- message: its id and recipientKey. { fields and values of the trace, payload or false, 1 where it is the newest }. Before
-- the first attempt only those fields that a delivery needs.
local function read_facts(prefixes, message)
  local trace = prefixes.trace .. message.id
  local hint, attempts, outcome = unpack(redis.call('HMGET', trace, 'recipient_hint', 'attempts', 'outcome'))
  local newest = newest_id(prefixes.newest .. message.recipientKey)
  local fields = (attempts or outcome) and redis.call('HGETALL', trace) or hint and { 'recipient_hint', hint } or {}
  return { fields, redis.call('GET', prefixes.vault .. message.id), (not newest or newest == message.id) and 1 or 0 }
end

-- The blocks in force, read once for all who ask. names: a list. has_any: whether one of the names is among them, which the
-- caller has asked for before. read: the list if somebody has asked, else false.
local function read_blocks_once(key)
  local list, set = false, {}
  local function names()
    if list then return list end
    list = {}
    local flat = redis.call('HGETALL', key)
    for i = 1, #flat, 2 do
      if is_in_force(flat[i + 1], clock()) then
        list[#list + 1] = flat[i]
        set[flat[i]] = true
      end
    end
    return list
  end
  local function has_any(some)
    for _, name in ipairs(some) do
      if set[name] then return true end
    end
    return false
  end
  return { names = names, has_any = has_any, read = function() return list end }
end
