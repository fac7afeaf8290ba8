import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import { type Block, parseBlock } from './blocks.ts';
import type { RuleMode } from './rules.ts';
import type { Screening, ScreeningRequest } from './screening.ts';
import { ruleOf, type ScreeningPlan } from './screening-plan.ts';

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

const EXPLAIN = loadScript<{
  keys: 'blocks';
  args: { screening: ScreeningRequest & { kind: { plan: ScreeningPlan['data'] } } };
  answer: [
    blocks: [name: string, value: string][],
    rules: [number: number, counted: string, max: string, retryAfterMs: number][],
  ];
}>(new URL('../src/explain.lua', import.meta.url));

/** Looks at every rule for one message, and counts nothing. */
export async function explainScreening(
  redis: RedisClient,
  { plan, request }: Screening,
): Promise<{ blocks: Block[]; rules: RuleState[] }> {
  const [blocks, rules] = await evalScript(redis, EXPLAIN, {
    keys: { blocks: gatewayKeys.blocks },
    args: { screening: { ...request, kind: { ...request.kind, plan: plan.data } } },
  });
  return {
    blocks: blocks.map(([name, value]) => parseBlock(name, value)),
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
