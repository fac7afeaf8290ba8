-- Whether screening lets a message pass, in the transaction that takes it.
--- @include "./blocks.lua"
--- @include "./screen.lua"

-- Nearly always nothing is blocked, and it is enough to find that out once.
local has_blocks

-- The verdict on nearly all messages: they reach no rule.
local PASSED = { 'passed' }

-- request: blockable (blocks.ts) and what screen.lua is asked; its kind has configured_block, too. Writes nothing:
-- `count_screened` does, once the message is taken.
-- Answers the verdict for readVerdict (screening.ts); whether it refuses; the states of the rules that it reached; and the
-- names of those that only record, if any.
local function reach_verdict(blocks_key, request)
  local configured_block = request.kind.configured_block
  if configured_block then return { 'blocked', configured_block }, true end
  if has_blocks == nil then has_blocks = redis.call('EXISTS', blocks_key) == 1 end
  if has_blocks then
    local widest = blocks_of(clock(request.now), blocks_key, request.blockable)[1]
    if widest then return { 'blocked', widest[1] }, true end
  end
  local states = screen(request)
  if not next(states) then return PASSED, false, states end
  local verdict, recorded = { 'passed' }, nil
  for number, state in pairs(states) do
    verdict[#verdict + 1] = number
    verdict[#verdict + 1] = state.wait
    if state.rule.mode == 'enforce' then
      verdict[1] = 'limited'
    else
      recorded = recorded and recorded .. ',' .. state.rule.name or state.rule.name
    end
  end
  return verdict, verdict[1] == 'limited', states, recorded
end
