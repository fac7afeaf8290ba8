import { gatewayKeys } from '@sms-gateway/contract';
import { type Block, parseBlock } from './blocks.ts';
import type { RedisClient } from './connect.ts';
import { type GuardTerms, GUARD_LUA, GUARD_RULES, guardArgs, guardKeys } from './guard-terms.ts';
import { evalScript, script } from './script.ts';
import { WINDOWED_COUNTER_LUA } from './windowed-counter.ts';

/** At most `max` within any `windowMs`, counted under one key by all processes together. */
export type Limit = {
  /** What it is called in metrics and configuration, such as `recipient_hour`. */
  rule: string;
  /** Of Redis. */
  key: string;
  windowMs: number;
  max: number;
  /** What one message counts for: 1, its segments, or its price in millionths. A whole number. */
  cost: number;
  mode: RuleMode;
};

/** `record`: the message goes on, and what would have been refused is told. */
export type RuleMode = 'enforce' | 'record';

/** What stands in the way of a message. `retryAfterMs` is when it would not, if nothing else came meanwhile. */
export type ReachedRule = { rule: string; mode: RuleMode; retryAfterMs: number };

/** All that Redis is asked about a message before it is taken. */
export type Screening = {
  /** Under what names the number can be blocked by hand: `*`, its country, and every beginning of it. */
  blockNames: string[];
  limits: Limit[];
  /** Absent for messages that are no codes, and where the guard is off. */
  guard: GuardTerms | undefined;
};

export const NO_SCREENING: Screening = { blockNames: [], limits: [], guard: undefined };

// `screen` answers the counters to count in, and the state of every rule: number, what counts, what may, and the
// milliseconds until there is room (0 where there is), mode and name. It writes nothing; `keep` counts the message.
// KEYS from `k`: a key for each limit, then those of the guard. ARGV from `a`: the time or nothing, the number of
// limits, five arguments for each, then those of the guard.
export const SCREENING_LUA = `
  ${WINDOWED_COUNTER_LUA}
  ${GUARD_LUA}
  local function screen(k, a)
    local now, limits = clock(ARGV[a]), tonumber(ARGV[a + 1])
    local rules, counters = {}, {}
    for i = 1, limits do
      local at = a + 5 * i - 3
      local max, cost = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
      local counter = look(now, KEYS[k + i - 1], tonumber(ARGV[at]))
      counters[i] = { counter, cost }
      rules[i] = { i, counter.sum, max, wait_for(counter, max, cost), ARGV[at + 3], ARGV[at + 4] }
    end
    local guard = guard_look(now, k + limits, a + 2 + 5 * limits, rules, limits)
    return { now = now, rules = rules, counters = counters, guard = guard }
  end
  local function keep(screened, id)
    for _, entry in ipairs(screened.counters) do count(entry[1], entry[2]) end
    guard_count(screened.now, screened.guard, id)
  end
`;

/** The state of one rule for one message. */
export type RuleState = {
  rule: string;
  mode: RuleMode;
  /** What counts now, and how much may: messages, segments, or millionths of the price's currency. */
  sum: number;
  max: number;
  /** Milliseconds until another such message would be taken; 0: at once. */
  retryAfterMs: number;
};

// First the blocks that fit, as they stand; then five numbers for each rule.
const EXPLAIN = script<[blocks: (string | null)[], rules: [number, string, string, number, string][]]>(`
  ${SCREENING_LUA}
  local names = tonumber(ARGV[1])
  local blocks = names > 0 and redis.call('HMGET', KEYS[1], unpack(ARGV, 2, 1 + names)) or {}
  local screened = screen(2, 2 + names)
  local rules = {}
  for i, rule in ipairs(screened.rules) do rules[i] = { rule[1], tostring(rule[2]), tostring(rule[3]), rule[4], rule[5] } end
  return { blocks, rules }
`);

export function screeningKeys({ limits, guard }: Screening): string[] {
  return [...limits.map(({ key }) => key), ...guardKeys(guard)];
}

/** `atMs` in place of Redis's own clock, for simulations. */
export function screeningArgs({ limits, guard }: Screening, atMs: number | undefined): (string | number)[] {
  return [
    atMs ?? '',
    limits.length,
    ...limits.flatMap(({ windowMs, max, cost, mode, rule }) => [windowMs, max, cost, mode, rule]),
    ...guardArgs(guard),
  ];
}

export function ruleOf({ limits, guard }: Screening, number: number): { rule: string; mode: RuleMode } {
  const limit = limits[number - 1];
  if (limit !== undefined) return { rule: limit.rule, mode: limit.mode };
  const rule = GUARD_RULES[number - 1 - limits.length];
  if (rule === undefined || guard === undefined) throw new Error(`screening has no rule ${number}`);
  return { rule, mode: guard.mode };
}

/** Looks at every rule for one message, and counts nothing. Blocks are told as they stand, also those that are over. */
export async function explainScreening(
  redis: RedisClient,
  screening: Screening,
): Promise<{ blocks: Block[]; rules: RuleState[] }> {
  const { blockNames } = screening;
  const [blocks, rules] = await evalScript(redis, EXPLAIN, {
    keys: [gatewayKeys.blocks, ...screeningKeys(screening)],
    args: [blockNames.length, ...blockNames, ...screeningArgs(screening, undefined)],
  });
  return {
    blocks: blocks.flatMap((value, index) =>
      value === null ? [] : [parseBlock(blockNames[index] ?? '', value)],
    ),
    rules: rules.map(([number, sum, max, retryAfterMs]) => ({
      ...ruleOf(screening, number),
      sum: Number(sum),
      max: Number(max),
      retryAfterMs,
    })),
  };
}
