/** At most `max` messages within any `windowMs`, counted under one key by all processes together. */
export type Limit = {
  /** What it is called in metrics and configuration, such as `recipient_hour`. */
  rule: string;
  /** Of Redis. */
  key: string;
  windowMs: number;
  max: number;
};

/** A limit that a message would have gone beyond; `retryAfterMs` is when it would not, if nothing else came meanwhile. */
export type ReachedLimit = { rule: string; retryAfterMs: number };

/**
 * Counts in a sixtieth of the window each, so that a key stays small whatever the limit, and adds up those that are not
 * over for as long as the window: within any window there are never more messages than the limit, and one may be
 * refused for up to a sixtieth of the window longer than need be. For Lua scripts that are given the time in
 * milliseconds of one clock, Redis's own.
 *
 * `wait_for(now, key, window, max)` answers the milliseconds until there is room, 0 where there is; `count(now, key,
 * window)` takes it. What a clock ahead of this one has counted (before a failover) counts until its key expires.
 */
export const LIMITS_LUA = `
  local function bucket_width(window) return window / 60 end
  local function wait_for(now, key, window, max)
    local width = bucket_width(window)
    local flat = redis.call('HGETALL', key)
    local live, sum = {}, 0
    for i = 1, #flat, 2 do
      local over_at = (tonumber(flat[i]) + 1) * width + window
      if over_at > now then
        local n = tonumber(flat[i + 1])
        live[#live + 1] = { over_at, n }
        sum = sum + n
      end
    end
    if sum < max then return 0 end
    table.sort(live, function(a, b) return a[1] < b[1] end)
    for _, bucket in ipairs(live) do
      sum = sum - bucket[2]
      if sum < max then return math.max(1, math.ceil(bucket[1] - now)) end
    end
    return math.ceil(window)
  end
  local function count(now, key, window)
    local width = bucket_width(window)
    if redis.call('HINCRBY', key, string.format('%.0f', math.floor(now / width)), 1) == 1 then
      for _, field in ipairs(redis.call('HKEYS', key)) do
        if (tonumber(field) + 1) * width + window <= now then redis.call('HDEL', key, field) end
      end
      redis.call('PEXPIRE', key, math.ceil(window + width))
    end
  end
`;
