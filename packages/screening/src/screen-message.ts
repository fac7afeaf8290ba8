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
  const { plan, scopes, spendKeys } = connectionPlans(connection, mode)(ipKey !== undefined, isCode);
  const recipientKey = limitKey('recipient', recipient.e164);
  const country = countryOf(recipient);
  const subjectOf = (scope: (typeof scopes)[number]): string => {
    switch (scope) {
      case 'recipient':
      case 'recipientIp':
        return recipientKey;
      case 'ip':
        return ipKey ?? '';
      case 'prefix':
        return limitKey('prefix', rangeOf(recipient));
      case 'country':
        return country;
      case 'connection':
        return connection.name;
      case 'overall':
        return 'all';
    }
  };
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
      // What is counted of a number and an address together is with the number.
      keys: [
        ...scopes.map((scope) =>
          gatewayKeys.counters(scope === 'recipientIp' ? 'recipient' : scope, subjectOf(scope)),
        ),
        ...spendKeys,
      ],
      country,
      addressKey: ipKey,
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
