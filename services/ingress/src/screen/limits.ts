import { gatewayKeys, type PhoneNumber } from '@sms-gateway/contract';
import type { Identity, Limit } from '@sms-gateway/queue';
import type { LimitsConfig } from '@sms-gateway/runtime';
import { networkOf } from './network-of.ts';

type Subject = { recipient: PhoneNumber; ip: string | undefined; connection: string };

const WINDOW_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * The limits that a message counts towards. Numbers and addresses are counted under keyed hashes, and across
 * connections: who pumps a number does not care which tenant pays.
 */
export function limitsFor(
  { recipient, ip, connection }: Subject,
  config: LimitsConfig,
  limitKey: Identity['limitKey'],
): Limit[] {
  const network = ip === undefined ? undefined : networkOf(ip);
  const subjects: Record<keyof LimitsConfig, string | undefined> = {
    recipient: limitKey('recipient', recipient.e164),
    ip: network === undefined ? undefined : limitKey('ip', network),
    country: recipient.country ?? `+${recipient.countryCallingCode}`,
    connection,
  };
  const limit = (scope: keyof LimitsConfig, name: string, windowMs: number, max: number): Limit[] => {
    const subject = subjects[scope];
    if (subject === undefined) return [];
    return [{ rule: `${scope}_${name}`, key: gatewayKeys.limit(scope, windowMs, subject), windowMs, max }];
  };
  const { cooldownMs } = config.recipient;
  return [
    ...(cooldownMs === undefined ? [] : limit('recipient', 'cooldown', cooldownMs, 1)),
    ...(['recipient', 'ip', 'country', 'connection'] as const).flatMap((scope) =>
      (['minute', 'hour', 'day'] as const).flatMap((name) => {
        const max = config[scope][name];
        return max === undefined ? [] : limit(scope, name, WINDOW_MS[name], max);
      }),
    ),
  ];
}
