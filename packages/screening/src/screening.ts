import { gatewayKeys } from '@sms-gateway/contract';
import type { ReachedRule, Spend } from './rules.ts';
import { ruleOf, type ScreeningPlan } from './screening-plan.ts';

/** The screening checks of a message, run in the transaction that accepts it. */
export type Screening = {
  plan: ScreeningPlan;
  /** For verdict.lua, which is given the plan with it. */
  request: ScreeningRequest;
  /** For the trace: keyed hash of the number, if the guard counts the code. */
  codeOf: string | undefined;
  /** For the trace: what the message cost. */
  traceFields: Record<string, string | number | undefined>;
};

/** As Lua reads it: verdict.lua and screen.lua. */
export type ScreeningRequest = {
  /** What of the number a block can name (blocks.ts). */
  blockable: string;
  /** Keyed hash of the address, if anything is counted by it. */
  address: string | undefined;
  /** Keys of the counters of the number (with what else is remembered of it), the address and the range of numbers. */
  recipient_counter: string;
  ip_counter: string | undefined;
  prefix_counter: string | undefined;
  /** What the message has in common with many others. */
  kind: {
    /** The name under which the configuration blocks it. */
    configured_block: string | undefined;
    /** Keys of the counters, one for each shared group of limits of the plan. */
    keys: readonly string[];
    /** For the guard, if the plan has one: the country, and the key of its counters. */
    country: string | undefined;
    country_counter: string | undefined;
  } & Spend;
};

export function createScreening({
  recipientKey,
  blockable,
  configuredBlock,
  plan,
  keys,
  cost,
  country,
  addressKey,
  prefixKey,
}: {
  /** Keyed hash of the number. */
  recipientKey: string;
  /** What of the number a block can name (blocks.ts). */
  blockable: string;
  /** The name under which the configuration blocks it. */
  configuredBlock: string | undefined;
  plan: ScreeningPlan;
  /** Of Redis, one for each shared group of limits of the plan. */
  keys: readonly string[];
  cost: Spend;
  /** What the number is counted under: a country's code, or a calling code with its plus sign. */
  country: string;
  /** Keyed hash of the address, if it is known. */
  addressKey?: string | undefined;
  /** Keyed hash of the range of numbers, if the plan limits it. */
  prefixKey?: string | undefined;
}): Screening {
  const isGuarded = plan.data.guard !== undefined;
  return {
    plan,
    request: {
      blockable,
      address: addressKey,
      recipient_counter: gatewayKeys.counters('recipient', recipientKey),
      ip_counter: addressKey && gatewayKeys.counters('ip', addressKey),
      prefix_counter: prefixKey && gatewayKeys.counters('prefix', prefixKey),
      kind: {
        configured_block: configuredBlock,
        keys,
        country: isGuarded ? country : undefined,
        country_counter: isGuarded ? gatewayKeys.counters('country', country) : undefined,
        segments: cost.segments,
        price: cost.price,
      },
    },
    codeOf: isGuarded ? recipientKey : undefined,
    traceFields: {
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
