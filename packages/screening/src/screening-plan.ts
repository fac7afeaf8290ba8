import { gatewayKeys } from '@sms-gateway/contract';
import { type Block, BLOCKS_LUA, parseBlock } from './blocks.ts';
import type { RedisClient } from '@sms-gateway/redis';
import { type GuardedCode, GUARD_RULES, type GuardPlan, guardKeys, guardLua } from './guard-rules.ts';
import { evalScript, type Script, script } from '@sms-gateway/redis';
import { counterName, shapesLua, WINDOWED_COUNTER_LUA } from './windowed-counter.ts';

/** `record`: the message goes on, and what would have been refused is told. */
export type RuleMode = 'enforce' | 'record';

/** At most `max` within any `windowMs`. */
export type Limit = {
  /** What it is called in metrics and configuration, such as `recipient_hour`. */
  rule: string;
  windowMs: number;
  max: number;
  mode: RuleMode;
  /** What a message counts for: itself, its segments, or its price in millionths. */
  counts: 'messages' | 'segments' | 'price';
};

/**
 * The rules of messages of one kind, made once for a configuration: they are part of the scripts that weigh them, so that
 * a message brings only its keys.
 */
export type ScreeningPlan = {
  /** Limits that are counted under one key stand together. */
  groups: Limit[][];
  guard: GuardPlan | undefined;
  /** By the number that scripts know a rule by, from 1. */
  rules: { rule: string; mode: RuleMode }[];
  lua: string;
};

/**
 * What stands in the way of a message. `retryAfterMs` is when it would not, if nothing else came meanwhile; nobody waits for
 * a rule that only records, and it is not reckoned for one.
 */
export type ReachedRule = { rule: string; mode: RuleMode; retryAfterMs: number };

/** All that Redis is asked about a message before it is taken. */
export type Screening = {
  /** Under what names the number can be blocked by hand: `*`, its country, and beginnings of it. */
  blockNames: string[];
  plan: ScreeningPlan;
  /** Of Redis, one for each group of limits. */
  keys: string[];
  cost: Spend;
  /** Present where the plan has a guard. */
  code: GuardedCode | undefined;
};

/** What one message costs: its segments, and its price in millionths of the price table's currency. */
export type Spend = { segments: number; price: number };

// `screen` answers the counters to count in, and the state of every rule: number, what counts, what may, the
// milliseconds until there is room (0 where there is), mode and name. It writes nothing; `keep` counts the message.
// How long a rule that only records would hold a message up costs more than all else, and matters to nobody but who
// asks for an explanation: unless `explains`, it is 1 where there is no room.
// KEYS from `k`: one for each group of limits, then those of the guard. ARGV from `a`: the time or nothing, segments,
// price, and the guard's.
export function createScreeningPlan(groups: Limit[][], guard: GuardPlan | undefined): ScreeningPlan {
  const limits = groups.flat();
  const rules = [
    ...limits.map(({ rule, mode }) => ({ rule, mode })),
    ...(guard === undefined ? [] : GUARD_RULES.map((rule) => ({ rule, mode: guard.mode }))),
  ];
  const lua = `
    ${WINDOWED_COUNTER_LUA}
    ${guard === undefined ? '' : guardLua(guard, limits.length)}
    local function screen(k, a, explains)
      local now = clock(ARGV[a])
      local amounts = { messages = 1, segments = tonumber(ARGV[a + 1]), price = tonumber(ARGV[a + 2]) }
      local rules, groups = {}, {}
      local function weigh(number, counter, max, n, mode, name)
        local wait = (explains or mode == 'enforce') and wait_for(counter, max, n) or (has_room(counter, max, n) and 0 or 1)
        rules[number] = { number, counter.sum, max, wait, mode, name }
      end
      ${groups.map((group, index) => groupLua(group, index, numberOf(groups, index))).join('\n')}
      local screened = { now = now, rules = rules, groups = groups }
      ${guard === undefined ? '' : `screened.guard = guard_look(now, k + ${groups.length}, a + 3, rules, weigh)`}
      return screened
    end
    local function keep(screened, id)
      for _, group in ipairs(screened.groups) do add(group[1], group[2]) end
      ${guard === undefined ? '' : 'guard_count(screened.now, screened.guard, id)'}
    end
  `;
  return { groups, guard, rules, lua };
}

/** How many limits come before a group. */
function numberOf(groups: Limit[][], index: number): number {
  return groups.slice(0, index).reduce((sum, group) => sum + group.length, 0);
}

function groupLua(group: Limit[], index: number, before: number): string {
  const shapes = group.map(({ windowMs }) => ({ name: counterName(windowMs), windowMs }));
  return `
    local counters = look(now, KEYS[k + ${index}], ${shapesLua(shapes)})
    groups[${index + 1}] = { counters, { ${group.map(({ counts }) => `amounts.${counts}`).join(', ')} } }
    ${group
      .map(
        ({ max, counts, mode, rule }, place) =>
          `weigh(${before + place + 1}, counters[${place + 1}], ${max}, amounts.${counts}, '${mode}', '${rule}')`,
      )
      .join('\n')}
  `;
}

export function screeningKeys({ keys, code }: Screening): string[] {
  return [...keys, ...guardKeys(code)];
}

/** `atMs` in place of Redis's own clock, for simulations. */
export function screeningArgs({ cost, code }: Screening, atMs: number | undefined): (string | number)[] {
  return [
    atMs ?? '',
    cost.segments,
    cost.price,
    ...(code === undefined ? [] : [code.connection, code.country, code.ipKey ?? '']),
  ];
}

export function ruleOf({ rules }: ScreeningPlan, number: number): { rule: string; mode: RuleMode } {
  const rule = rules[number - 1];
  if (rule === undefined) throw new Error(`the plan has no rule ${number}`);
  return rule;
}

/** Builds a script around a plan, once for each plan. */
export function perPlan<Answer>(build: (plan: ScreeningPlan) => Script<Answer>) {
  const scripts = new WeakMap<ScreeningPlan, Script<Answer>>();
  return (plan: ScreeningPlan): Script<Answer> => {
    const known = scripts.get(plan);
    if (known !== undefined) return known;
    const built = build(plan);
    scripts.set(plan, built);
    return built;
  };
}

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

// First the blocks in force; then four numbers for each rule.
const explanationOf = perPlan(({ lua }) =>
  script<[blocks: (string | null)[], rules: [number, string, string, number][]]>(`
    ${lua}
    ${BLOCKS_LUA}
    local names = tonumber(ARGV[1])
    local blocks = redis.call('HMGET', KEYS[1], unpack(ARGV, 2, 1 + names))
    for i, value in ipairs(blocks) do blocks[i] = is_in_force(value, clock('')) and value or false end
    local rules = {}
    for _, rule in pairs(screen(2, 2 + names, true).rules) do
      rules[#rules + 1] = { rule[1], tostring(rule[2]), tostring(rule[3]), rule[4] }
    end
    return { blocks, rules }
  `),
);

/** Looks at every rule for one message, and counts nothing. */
export async function explainScreening(
  redis: RedisClient,
  screening: Screening,
): Promise<{ blocks: Block[]; rules: RuleState[] }> {
  const { blockNames, plan } = screening;
  const [blocks, rules] = await evalScript(redis, explanationOf(plan), {
    keys: [gatewayKeys.blocks, ...screeningKeys(screening)],
    args: [blockNames.length, ...blockNames, ...screeningArgs(screening, undefined)],
  });
  return {
    blocks: blocks.flatMap((value, index) =>
      value === null ? [] : [parseBlock(blockNames[index] ?? '', value)],
    ),
    rules: rules
      .toSorted(([a], [b]) => a - b)
      .map(([number, sum, max, retryAfterMs]) => ({
        ...ruleOf(plan, number),
        sum: Number(sum),
        max: Number(max),
        retryAfterMs,
      })),
  };
}
