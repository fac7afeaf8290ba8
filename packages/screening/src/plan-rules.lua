-- The rules of a plan (screening-plan.ts), by number. They are read only once a message reaches one of them.

local rules = {}

-- The mode and name of a rule.
local function rule_of(plan, number)
  local of_plan = rules[plan]
  if not of_plan then
    of_plan = {}
    for mode, name in string.gmatch(plan.rules, '(%S+) (%S+)') do of_plan[#of_plan + 1] = { mode = mode, name = name } end
    rules[plan] = of_plan
  end
  return of_plan[number]
end
