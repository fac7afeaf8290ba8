-- Credits codes of one number that proved wanted. What is credited leaves the pending codes or, where only a receipt told,
-- is marked in them, so that it happens once. All codes of a number stop counting as unused, but one login proves one
-- code wanted: otherwise somebody who asks for hundreds to a number of his own, and logs in once, would have a budget for
-- as many. A login with a marked code still says that the application tells.
-- KEYS
--   pending          the pending codes of the number
--   tells_verified   the mark that the application tells of logins
-- ARGV
--   now         only in simulations
--   mark_ms     the life of that mark, for a login; missing for a receipt
--   codes       the newest first, each with id, sent_at (milliseconds), country, has_ip, and keys: country, ip, ip_countries
-- ANSWER
--   how many were credited
--- @include "./guard-counters.lua"

local DELIVERED = ' delivered'
local now, is_login, credited = clock(args.now), args.mark_ms ~= nil, 0
if not is_login and redis.call('EXISTS', keys.tells_verified) == 1 then return 0 end

local function credit(key, shapes, sent_at)
  for i = 1, 2 do take_back(key, shapes[i][1], shapes[i][2], sent_at, 1) end
  if credited == 0 then add({ unpack(look(now, key, shapes), 3) }, { 1, 1 }) end
end

for _, code in ipairs(args.codes) do
  local pending = redis.call('HGET', keys.pending, code.id)
  local is_delivered = pending and string.sub(pending, -#DELIVERED) == DELIVERED
  if pending and not is_delivered then
    credit(code.keys.country, GUARD_SHAPES.country, code.sent_at)
    if code.has_ip then credit(code.keys.ip, GUARD_SHAPES.ip, code.sent_at) end
    if credited == 0 then add_to_day(code.keys.country, math.floor(now / DAY_MS)) end
    redis.call('HDEL', code.keys.ip_countries, code.country)
  end
  if pending and is_login then
    redis.call('HDEL', keys.pending, code.id)
  elseif pending and not is_delivered then
    redis.call('HSET', keys.pending, code.id, pending .. DELIVERED)
  end
  if pending then credited = credited + 1 end
end
if is_login and credited > 0 then redis.call('SET', keys.tells_verified, '1', 'PX', args.mark_ms) end
return credited
