import { GUARD_RULES, type GuardPlan } from './guard-plan.ts';
import type { Limit, RuleMode } from './rules.ts';

/** What a counter is called within its key, and its window in milliseconds, as windowed-counter.lua reads them. */
export type CounterShape = [name: string, windowMs: number];

/** The same for the same window, whoever counts. */
export const counterShape = (windowMs: number): CounterShape => [`${windowMs}:`, windowMs];

/** Limits that count the same under one key. */
type Group = {
  shapes: CounterShape[];
  counts: Limit['counts'];
  /** One for each shape. */
  maxima: number[];
  /** How many rules come before its own. */
  before: number;
};

/** The rules for messages of one kind, made once for a configuration. */
export type ScreeningPlan = {
  /** By the number that scripts know a rule by, from 1. */
  rules: { rule: string; mode: RuleMode }[];
  /** As screen.lua reads it. */
  data: {
    /** Groups that count in a counter of the message itself: the one of its request with this name. */
    own: (Group & {
      counter: 'recipient_counter' | 'ip_counter' | 'prefix_counter';
      /** It counts by the address, inside the counter of the number. */
      is_pair: boolean;
    })[];
    /** Groups that count in a counter that messages of one kind share. Its key is in the request (ScreeningRequest). */
    shared: Group[];
    guard: (Omit<GuardPlan, 'mode'> & { before: number }) | undefined;
    /** Mode and name of every rule, in one string, which is cheaper to send with every group of messages. */
    rules: string;
  };
};

/** Limits that count the same under one key form a group. No two groups share a counter. */
export function createScreeningPlan(groups: Limit[][], guard: GuardPlan | undefined): ScreeningPlan {
  const rules: ScreeningPlan['rules'] = [];
  const own: ScreeningPlan['data']['own'] = [];
  const shared: ScreeningPlan['data']['shared'] = [];
  for (const limits of groups) {
    const { counts = 'messages', by } = limits[0] ?? {};
    const group = {
      shapes: limits.map(({ windowMs }) => counterShape(windowMs)),
      counts,
      maxima: limits.map(({ max }) => max),
      before: rules.length,
    };
    if (by === undefined) shared.push(group);
    else own.push({ ...group, counter: OWN_COUNTERS[by], is_pair: by === 'recipientIp' });
    rules.push(...limits.map(({ rule, mode }) => ({ rule, mode })));
  }
  const before = rules.length;
  if (guard !== undefined) rules.push(...GUARD_RULES.map((rule) => ({ rule, mode: guard.mode })));
  return {
    rules,
    data: {
      own,
      shared,
      guard: guard && { before, country: guard.country, ip: guard.ip },
      rules: rules.map(({ rule, mode }) => `${mode} ${rule}`).join(' '),
    },
  };
}

const OWN_COUNTERS = {
  recipient: 'recipient_counter',
  recipientIp: 'recipient_counter',
  ip: 'ip_counter',
  prefix: 'prefix_counter',
} as const;

export function ruleOf({ rules }: ScreeningPlan, number: number): { rule: string; mode: RuleMode } {
  const rule = rules[number - 1];
  if (rule === undefined) throw new Error(`the plan has no rule ${number}`);
  return rule;
}
