-- Destinations that an operator has blocked by hand: a hash of name and "until since reason".

-- Whether a stored block (or nil) is in force at this time.
local function is_in_force(value, now)
  local ends = value and tonumber(string.match(value, '^%d+'))
  return ends and (ends == 0 or ends > now)
end

-- The first of the names under which a block is in force; nil where there is none.
local function blocked_by(now, key, names)
  if #names == 0 then return nil end
  for i, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    if is_in_force(value, now) then return names[i] end
  end
end
