import { gatewayKeys, type PhoneNumber } from '@sms-gateway/contract';
import type { Limit, RuleMode } from '@sms-gateway/queue';
import type { LimitsConfig } from '@sms-gateway/runtime';

type Subjects = {
  recipient: PhoneNumber;
  connection: string;
  /** Keyed hashes of number, address and range. */
  recipientKey: string;
  ipKey: string | undefined;
  prefixKey: string;
};

const WINDOW_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Numbers that differ in these last digits only are one range: attackers hold ranges, and users do not share one. */
const RANGE_DIGITS = 4;

/** The range of ten thousand numbers, or all of a short number's country. */
export function rangeOf({ e164, countryCallingCode }: PhoneNumber): string {
  return e164.slice(0, Math.max(countryCallingCode.length + 1, e164.length - RANGE_DIGITS));
}

/**
 * The limits that a message counts towards. Numbers and addresses are counted across connections: who pumps a number
 * does not care which tenant pays.
 */
export function limitsFor(
  { recipient, connection, recipientKey, ipKey, prefixKey }: Subjects,
  config: LimitsConfig,
  mode: RuleMode,
): Limit[] {
  const subjects: Record<keyof LimitsConfig, string | undefined> = {
    recipient: recipientKey,
    ip: ipKey,
    prefix: prefixKey,
    country: countryOf(recipient),
    connection,
    overall: 'all',
  };
  const limit = (scope: keyof LimitsConfig, name: string, windowMs: number, max: number): Limit[] => {
    const subject = subjects[scope];
    if (subject === undefined) return [];
    const key = gatewayKeys.limit(scope, windowMs, subject);
    return [{ rule: `${scope}_${name}`, key, windowMs, max, cost: 1, mode }];
  };
  const { cooldownMs } = config.recipient;
  return [
    ...(cooldownMs === undefined ? [] : limit('recipient', 'cooldown', cooldownMs, 1)),
    ...SCOPES.flatMap((scope) =>
      (['minute', 'hour', 'day'] as const).flatMap((name) => {
        const max = config[scope][name];
        return max === undefined ? [] : limit(scope, name, WINDOW_MS[name], max);
      }),
    ),
  ];
}

const SCOPES = ['recipient', 'ip', 'prefix', 'country', 'connection', 'overall'] as const;

/** What a number is counted under: its country, or the calling code where it has none. */
export function countryOf({ country, countryCallingCode }: PhoneNumber): string {
  return country ?? `+${countryCallingCode}`;
}
