-- Files an attempt under the provider's ids of its message, and gives the receipts that wait under any of them.
-- `filings`: each with a key, the keys of early_receipts, the reference of the attempt, and whether the id is that of a
-- further part, whose delivery alone does not deliver the message.
local function file_attempt(filings, trace_ms)
  local early = {}
  for _, filing in ipairs(filings) do
    redis.call('SET', filing.key, filing.reference, 'PX', trace_ms)
    for _, key in ipairs(filing.early_receipts) do
      for _, receipt in ipairs(redis.call('HVALS', key)) do
        if filing.is_further_part then
          local said = cjson.decode(receipt)
          if said.status == 'delivered' then receipt = cjson.encode({ status = 'sent', isCurable = false }) end
        end
        early[#early + 1] = receipt
      end
    end
  end
  return early
end
