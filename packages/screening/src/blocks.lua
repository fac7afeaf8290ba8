-- Destinations that an operator has blocked by hand: a hash of name and "until since reason".

-- Whether a stored block (or nil) is in force at this time.
local function is_in_force(value, now)
  local ends = value and tonumber(string.match(value, '^%d+'))
  return ends and (ends == 0 or ends > now)
end

-- The names under which a block would stop a number, the widest first. blockable: what of it a block can name (blocks.ts).
local function block_names_of(blockable)
  local longest, countries = string.match(blockable, '^(%S+)(.*)$')
  local names = { '*' }
  for country in string.gmatch(countries, '%S+') do names[#names + 1] = country end
  for length = 2, #longest do names[#names + 1] = string.sub(longest, 1, length) end
  return names
end

-- The blocks that stop a number, the widest first: each its name and value.
local function blocks_of(now, key, blockable)
  local names, found = block_names_of(blockable), {}
  for i, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    if is_in_force(value, now) then found[#found + 1] = { names[i], value } end
  end
  return found
end
