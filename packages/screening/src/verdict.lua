-- Whether screening lets a message pass, in the transaction that takes it.
--- @include "./blocks.lua"
--- @include "./screen.lua"

-- request (screening.ts): block_names, and what screen.lua is asked. Writes nothing: `count_screened` does, once the
-- message is taken. A message that was counted before is not weighed again.
-- Answers the verdict for readVerdict (screening.ts); whether it refuses; what was screened, to be counted; and the names of
-- the rules that only record and were reached.
local function reach_verdict(blocks_key, request, is_counted)
  local name, block = blocked_by(clock(request.now), blocks_key, request.block_names)
  if name then return { 'blocked', name, block }, true end
  local verdict, recorded = { 'passed' }, {}
  if is_counted then return verdict, false, nil, recorded end
  local screened = screen(request)
  for number, state in pairs(screened.states) do
    verdict[#verdict + 1] = number
    verdict[#verdict + 1] = state.wait
    if state.mode == 'enforce' then verdict[1] = 'limited' else recorded[#recorded + 1] = state.name end
  end
  return verdict, verdict[1] == 'limited', screened, recorded
end
