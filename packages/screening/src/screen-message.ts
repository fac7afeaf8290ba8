import { describeText, type PhoneNumber } from '@sms-gateway/contract';
import { blockNamesOf, type Identity, NO_SCREENING, type Screening } from '@sms-gateway/queue';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/runtime';
import { type DestinationRule, screenDestination } from './destination.ts';
import { countryOf, limitsFor, rangeOf } from './limits.ts';
import { networkOf } from './network-of.ts';
import { type Spend, spendLimits, spendOf } from './spend.ts';

export type ScreenedMessage = {
  /** The rules that its destination goes against, for which nobody has to be asked. */
  destination: DestinationRule[];
  /** What Redis has to be asked. */
  screening: Screening;
  spend: Spend;
  /** Keyed hash of the number. */
  recipientKey: string;
};

type Message = {
  recipient: PhoneNumber;
  /** Of the user, as the caller tells it. */
  ip: string | undefined;
  text: string;
  /** A code proves wanted when somebody logs in with it; nothing else does. */
  isCode: boolean;
};

/** All rules of a connection, as they apply to one message. What an operator has blocked is blocked in every mode. */
export function screenMessage(
  { recipient, ip, text, isCode }: Message,
  connection: ConnectionConfig,
  { mode, limitKey }: { mode: IngressConfig['screening']; limitKey: Identity['limitKey'] },
): ScreenedMessage {
  const blockNames = blockNamesOf(recipient);
  const recipientKey = limitKey('recipient', recipient.e164);
  if (mode === 'off') {
    const screening = { ...NO_SCREENING, blockNames };
    return { destination: [], screening, spend: { segments: 0, price: 0 }, recipientKey };
  }
  const ruleMode = mode === 'on' ? 'enforce' : 'record';
  const { name, limits, guard, prices } = connection;
  const network = ip === undefined ? undefined : networkOf(ip);
  const ipKey = network === undefined ? undefined : limitKey('ip', network);
  const prefixKey = limitKey('prefix', rangeOf(recipient));
  const spend = spendOf(describeText(text).segments, recipient, prices);
  return {
    destination: screenDestination(recipient, connection.destinations),
    screening: {
      blockNames,
      limits: [
        ...limitsFor({ recipient, connection: name, recipientKey, ipKey, prefixKey }, limits, ruleMode),
        ...spendLimits(connection, spend, ruleMode),
      ],
      guard:
        isCode && guard.mode !== 'off'
          ? {
              mode: mode === 'on' ? guard.mode : 'record',
              connection: name,
              recipientKey,
              country: countryOf(recipient),
              ipKey,
              floors: guard,
            }
          : undefined,
    },
    spend,
    recipientKey,
  };
}
