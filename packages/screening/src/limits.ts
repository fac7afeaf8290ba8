import type { PhoneNumber } from '@sms-gateway/contract';
import type { Limit, RuleMode } from './rules.ts';
import type { LimitsConfig } from '@sms-gateway/config';

export type LimitScope = keyof LimitsConfig;

const SCOPES = ['recipient', 'recipientIp', 'ip', 'prefix', 'country', 'connection', 'overall'] as const;
const WINDOWS = [
  { name: 'minute', rule: 'minute', windowMs: 60_000 },
  { name: 'tenMinutes', rule: 'ten_minutes', windowMs: 600_000 },
  { name: 'hour', rule: 'hour', windowMs: 3_600_000 },
  { name: 'day', rule: 'day', windowMs: 86_400_000 },
] as const;
const ADDRESS_SCOPES = new Set<LimitScope>(['ip', 'recipientIp']);

/** Scopes in which each message has a counter of its own. */
type OwnScope = NonNullable<Limit['by']>;
export type SharedScope = Exclude<LimitScope, OwnScope>;
const SHARED_SCOPES: ReadonlySet<LimitScope> = new Set(['country', 'connection', 'overall']);
export const isShared = (scope: LimitScope): scope is SharedScope => SHARED_SCOPES.has(scope);
/** How a scope begins the names of its rules. */
const ruleScope = (scope: LimitScope): string => (scope === 'recipientIp' ? 'recipient_ip' : scope);

/** Numbers that differ in these last digits only are one range: attackers hold ranges, and users do not share one. */
const RANGE_DIGITS = 4;

/** The range of ten thousand numbers, or all of a short number's country. */
export function rangeOf({ e164, countryCallingCode }: PhoneNumber): string {
  return e164.slice(0, Math.max(countryCallingCode.length + 1, e164.length - RANGE_DIGITS));
}

/** What a number is counted under: its country, or the calling code where it has none. */
export function countryOf({ country, countryCallingCode }: PhoneNumber): string {
  return country ?? `+${countryCallingCode}`;
}

/** The limits of a configuration by what they are counted for; without an address there are none that need one. */
export function limitGroups(
  config: LimitsConfig,
  { mode, hasIp }: { mode: RuleMode; hasIp: boolean },
): { scope: LimitScope; limits: Limit[] }[] {
  const limit = (scope: LimitScope, rule: string, windowMs: number, max: number): Limit => ({
    rule,
    windowMs,
    max,
    mode,
    counts: 'messages',
    ...(!isShared(scope) && { by: scope }),
  });
  const { cooldownMs } = config.recipient;
  return SCOPES.filter((scope) => hasIp || !ADDRESS_SCOPES.has(scope))
    .map((scope) => ({
      scope,
      limits: [
        ...(scope === 'recipient' && cooldownMs !== undefined
          ? [limit(scope, 'recipient_cooldown', cooldownMs, 1)]
          : []),
        ...WINDOWS.flatMap(({ name, rule, windowMs }) => {
          const max = config[scope][name];
          return max === undefined ? [] : [limit(scope, `${ruleScope(scope)}_${rule}`, windowMs, max)];
        }),
      ],
    }))
    .filter(({ limits }) => limits.length > 0);
}
