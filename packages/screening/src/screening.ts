import { gatewayKeys } from '@sms-gateway/contract';
import type { GuardedCode } from './guard-plan.ts';
import type { ReachedRule, Spend } from './rules.ts';
import { ruleOf, type ScreeningPlan } from './screening-plan.ts';

/** The screening checks of a message, run in the transaction that accepts it. */
export type Screening = {
  plan: ScreeningPlan;
  /** Keyed hash of the number, and the key of what is counted of it. */
  recipientKey: string;
  recipientCounters: string;
  /** For verdict.lua, which is given the plan with it. */
  request: ScreeningRequest;
  /** What the trace of the message keeps for screening: what it cost, and whose code it was. */
  traceFields: Record<string, string | number | undefined>;
};

/** As Lua reads it: verdict.lua and screen.lua. */
export type ScreeningRequest = {
  /** What of the number a block can name (blocks.ts). */
  blockable: string;
  /** The name under which the configuration blocks it. */
  configured_block: string | undefined;
  /** For each group of limits of the plan, what it counts in. */
  keys: readonly string[];
  /** Keyed hash of the address, if anything is counted by it. */
  address: string | undefined;
  connection: string | undefined;
  country: string | undefined;
  /** What the guard counts in. */
  recipient_counter: string;
  country_counter: string | undefined;
  ip_counter: string | undefined;
} & Spend;

export function createScreening({
  recipientKey,
  blockable,
  configuredBlock,
  plan,
  keys,
  cost,
  addressKey,
  code,
}: {
  recipientKey: string;
  /** What of the number a block can name (blocks.ts). */
  blockable: string;
  /** The name under which the configuration blocks it. */
  configuredBlock: string | undefined;
  plan: ScreeningPlan;
  /** Of Redis, one for each group of limits of the plan. */
  keys: readonly string[];
  cost: Spend;
  /** Keyed hash of the address, if it is known. */
  addressKey?: string | undefined;
  /** Present where the plan has a guard. */
  code: GuardedCode | undefined;
}): Screening {
  const recipientCounters = gatewayKeys.counters('recipient', recipientKey);
  return {
    plan,
    recipientKey,
    recipientCounters,
    request: {
      blockable,
      configured_block: configuredBlock,
      keys,
      ...cost,
      address: addressKey,
      connection: code?.connection,
      country: code?.country,
      recipient_counter: recipientCounters,
      country_counter: code && gatewayKeys.counters('country', code.country),
      ip_counter: code?.ipKey && gatewayKeys.counters('ip', code.ipKey),
    },
    traceFields: {
      recipient_key: code && recipientKey,
      spend_segments: cost.segments > 0 ? cost.segments : undefined,
      spend_price: cost.price > 0 ? cost.price : undefined,
    },
  };
}

/** What verdict.lua answers; then, of each rule that was reached, its number and milliseconds in turn. */
export type ScreeningAnswer =
  | [kind: 'passed' | 'limited', ...numbers: number[]]
  | [kind: 'blocked', name: string];

export type Verdict =
  /** `reached` are rules that only record. */
  | { kind: 'passed'; reached: ReachedRule[] }
  /** `reached` are all rules that it violated, including those that only record. */
  | { kind: 'limited'; reached: ReachedRule[] }
  /** An operator has blocked its destination, under this name. */
  | { kind: 'blocked'; name: string };

export function readVerdict({ plan }: Screening, answer: ScreeningAnswer): Verdict {
  if (answer[0] === 'blocked') return { kind: 'blocked', name: answer[1] };
  const [kind, ...numbers] = answer;
  const reached: ReachedRule[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const [number = 0, retryAfterMs = 0] = numbers.slice(at, at + 2);
    reached.push({ ...ruleOf(plan, number), retryAfterMs });
  }
  return { kind, reached };
}
