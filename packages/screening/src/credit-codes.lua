-- Credits codes of one number that proved wanted. What is credited leaves the pending codes or, where only a receipt told,
-- is marked in them, so that it happens once. All codes of a number stop counting as unused, but one login proves one
-- code wanted: otherwise somebody who asks for hundreds to a number of his own, and logs in once, would have a budget for
-- as many. A login with a marked code still says that the application tells.
-- KEYS
--   recipient        what is counted of the number, with its pending codes
--   tells_verified   the mark that the application tells of logins
-- ARGV
--   now              only in simulations
--   connection       of the codes
--   at               for a login: when it was; codes count that were sent within a day before
--   mark_ms          for a login: the life of the mark
--   id               for a receipt: of the message
--   counters         the keys of counters without the subject: country, ip
-- ANSWER
--   how many were credited
--- @include "./guard-counters.lua"

local now, is_login = clock(args.now), args.at ~= nil
if not is_login and redis.call('EXISTS', keys.tells_verified) == 1 then return 0 end

local function is_meant(code)
  local id, sent_at, connection = unpack(code)
  if connection ~= args.connection then return false end
  return id == args.id or (is_login and sent_at <= args.at and sent_at > args.at - PENDING_MS)
end

local meant, others = {}, {}
for _, code in ipairs(state_of(keys.recipient).pending or {}) do
  if is_meant(code) then meant[#meant + 1] = code else others[#others + 1] = code end
end
if #meant == 0 then return 0 end
table.sort(meant, function(a, b) return a[2] > b[2] end)

local credited = 0
local function credit(key, sent_at)
  for _, shape in ipairs(UNUSED_SHAPES) do take_back(now, key, shape, sent_at, 1) end
  if credited == 0 then add(now, key, WANTED_SHAPES, look(now, key, WANTED_SHAPES), 1) end
end

for _, code in ipairs(meant) do
  local _, sent_at, _, country, ip, is_delivered = unpack(code, 1, 6)
  if not is_delivered then
    credit(args.counters.country .. country, sent_at)
    if credited == 0 then add_to_day(now, args.counters.country .. country, math.floor(now / DAY_MS)) end
    if ip and ip ~= '' then
      local key = args.counters.ip .. ip
      credit(key, sent_at)
      local countries = state_of(key).countries
      if countries then countries[country] = nil end
      touch(key, now, 1)
    end
  end
  credited = credited + 1
  if not is_login then
    code[5], code[6] = ip or '', true
    others[#others + 1] = code
  end
end
state_of(keys.recipient).pending = others
touch(keys.recipient, now, 1)
save_counters()
if is_login then redis.call('SET', keys.tells_verified, '1', 'PX', args.mark_ms) end
return credited
