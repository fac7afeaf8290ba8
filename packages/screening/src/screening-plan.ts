import { GUARD_RULES, type GuardPlan } from './guard-plan.ts';
import type { Limit, RuleMode } from './rules.ts';

/** What a counter is called within its key, and its window in milliseconds, as windowed-counter.lua reads them. */
export type CounterShape = [name: string, windowMs: number];

/** The same for the same window, whoever counts. */
export const counterShape = (windowMs: number): CounterShape => [`${windowMs}:`, windowMs];

/** The rules for messages of one kind, made once for a configuration. */
export type ScreeningPlan = {
  /** By the number that scripts know a rule by, from 1. */
  rules: { rule: string; mode: RuleMode }[];
  /** As screen.lua reads it. */
  data: {
    groups: {
      shapes: CounterShape[];
      counts: Limit['counts'];
      /** Its key is that of a number, and it counts by the address within. */
      is_pair: true | undefined;
      /** One for each shape. */
      maxima: number[];
    }[];
    guard: Omit<GuardPlan, 'mode'> | undefined;
    /** Mode and name of every rule, in one string, which is cheaper to send with every group of messages. */
    rules: string;
  };
};

/** Limits that count the same under one key stand together in a group. */
export function createScreeningPlan(groups: Limit[][], guard: GuardPlan | undefined): ScreeningPlan {
  const rules = [
    ...groups.flat().map(({ rule, mode }) => ({ rule, mode })),
    ...(guard === undefined ? [] : GUARD_RULES.map((rule) => ({ rule, mode: guard.mode }))),
  ];
  return {
    rules,
    data: {
      groups: groups.map((group) => ({
        shapes: group.map(({ windowMs }) => counterShape(windowMs)),
        counts: group[0]?.counts ?? 'messages',
        is_pair: group[0]?.isPair,
        maxima: group.map(({ max }) => max),
      })),
      guard: guard && { country: guard.country, ip: guard.ip },
      rules: rules.map(({ rule, mode }) => `${mode} ${rule}`).join(' '),
    },
  };
}

export function ruleOf({ rules }: ScreeningPlan, number: number): { rule: string; mode: RuleMode } {
  const rule = rules[number - 1];
  if (rule === undefined) throw new Error(`the plan has no rule ${number}`);
  return rule;
}
