import { describeText, gatewayKeys, type PhoneNumber } from '@sms-gateway/contract';
import { blockableOf, blockNamesOf } from './blocks.ts';
import { type Identity } from '@sms-gateway/privacy';
import { createScreening, type Screening } from './screening.ts';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/config';
import { connectionPlans } from './connection-plans.ts';
import { type DestinationRule, screenDestination } from './destination.ts';
import { countryOf, rangeOf } from './limits.ts';
import { networkOf } from './network-of.ts';
import { spendOf } from './spend.ts';

export type ScreenedMessage = {
  /** The rules that its destination violates; they need no counters. */
  destination: DestinationRule[];
  /** The checks that need Redis. */
  screening: Screening;
  /** Keyed hash of the number. */
  recipientKey: string;
  /** Keyed hash of the address; undefined without one. */
  addressKey: string | undefined;
  /** The caller sent an invalid address, so no rule for addresses applies. */
  isAddressUnparsable: boolean;
};

type Message = {
  recipient: PhoneNumber;
  /** Of the user, as the caller tells it. */
  ip: string | undefined;
  text: string;
  /** A code proves wanted when somebody logs in with it; nothing else does. */
  isCode: boolean;
};

/**
 * All rules of a connection, as they apply to one message. Numbers, ranges and addresses are counted across connections:
 * an attacker who pumps a number does not care which tenant pays. What an operator has blocked is blocked in every mode.
 */
export function screenMessage(
  { recipient, ip, text, isCode }: Message,
  connection: ConnectionConfig,
  {
    mode,
    blockedDestinations,
    limitKey,
  }: {
    mode: IngressConfig['screening'];
    blockedDestinations: IngressConfig['blockedDestinations'];
    limitKey: Identity['limitKey'];
  },
): ScreenedMessage {
  const network = ip === undefined ? undefined : networkOf(ip);
  const ipKey = mode === 'off' || network === undefined ? undefined : limitKey('ip', network);
  const { plan, limitsPrefix, sharedScopes, spendKeys } = connectionPlans(connection, mode)(
    ipKey !== undefined,
    isCode,
  );
  const recipientKey = limitKey('recipient', recipient.e164);
  const country = countryOf(recipient);
  const subjects = { country, connection: connection.name, overall: 'all' };
  return {
    destination: mode === 'off' ? [] : screenDestination(recipient, connection.destinations),
    screening: createScreening({
      recipientKey,
      blockable: blockableOf(recipient),
      configuredBlock:
        blockedDestinations.length === 0
          ? undefined
          : blockNamesOf(recipient).find((name) => blockedDestinations.includes(name)),
      plan,
      keys: [...sharedScopes.map((scope) => gatewayKeys.counters(scope, subjects[scope])), ...spendKeys],
      country,
      addressKey: ipKey,
      prefixKey: limitsPrefix ? limitKey('prefix', rangeOf(recipient)) : undefined,
      cost:
        mode === 'off'
          ? { segments: 0, price: 0 }
          : spendOf(describeText(text).segments, recipient, connection.prices),
    }),
    recipientKey,
    addressKey: ipKey,
    isAddressUnparsable: network === undefined && (ip ?? '').trim() !== '',
  };
}
