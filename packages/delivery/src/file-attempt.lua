-- Files an attempt under the provider's ids of its message, and gives the receipts that wait under any of them.
-- `filings`: each with a key, the keys of early_receipts, and the reference of the attempt.
local function file_attempt(filings, trace_ms)
  local early = {}
  for _, filing in ipairs(filings) do
    redis.call('SET', filing.key, filing.reference, 'PX', trace_ms)
    for _, key in ipairs(filing.early_receipts) do
      for _, receipt in ipairs(redis.call('HVALS', key)) do early[#early + 1] = receipt end
    end
  end
  return early
end
