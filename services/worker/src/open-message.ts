import {
  type DeliveryJob,
  describeText,
  parsePhoneNumber,
  replaceSmartCharacters,
} from '@sms-gateway/contract';
import { blockNamesOf } from '@sms-gateway/screening';
import type { DeliveryFacts } from '@sms-gateway/delivery';
import { jobBinding, type Payload, type Vault } from '@sms-gateway/privacy';
import type { RoutedMessage, RoutePlan, Router } from '@sms-gateway/routing';
import type { Logger } from '@sms-gateway/process';

/** A message as far as this process can read it. */
export type OpenedMessage = {
  payload: Payload | 'gone' | 'unreadable' | 'foreign';
  plan: RoutePlan;
  /** Of the recipient, ISO 3166-1 alpha-2; undefined where it has none or cannot be read. */
  country: string | undefined;
  /** The text as it is sent. */
  text: string;
  encoding: string;
  segments: number;
  /** The names by which an operator may have blocked its destination. */
  blockNames: () => string[];
};

type Deps = { vault: Vault; plan: Router['plan']; replacesSmartCharacters: boolean; logger: Logger };

const HINTS = {
  unreadable: 'no key in PAYLOAD_KEYS decrypts it',
  foreign:
    'it was encrypted for a message with another connection, recipient or deadline: somebody has changed data in Redis',
};
const NO_PLAN: RoutePlan = { route: 'none', providers: [] };

/** Opens the payload of a message, and derives its route and segments. */
export type OpenMessage = (job: DeliveryJob, facts: Pick<DeliveryFacts, 'sealed'>) => OpenedMessage;

export function createOpenMessage({
  vault,
  plan: planOf,
  replacesSmartCharacters,
  logger,
}: Deps): OpenMessage {
  return (job, { sealed }) => {
    const payload = sealed === undefined ? 'gone' : vault.open(jobBinding(job), sealed);
    if (typeof payload !== 'object') {
      if (payload !== 'gone')
        logger.error({ messageId: job.id, hint: HINTS[payload] }, 'delivery.payload_unreadable');
      return {
        payload,
        plan: NO_PLAN,
        country: undefined,
        text: '',
        encoding: '',
        segments: 0,
        blockNames: () => [],
      };
    }
    const number = recipientOf(payload);
    const { id, connection } = job;
    const text = replacesSmartCharacters ? replaceSmartCharacters(payload.body) : payload.body;
    const { encoding, segments } = describeText(text);
    const plan = planOf({ id, number, connection, messageType: payload.messageType, text });
    if (plan.isTemplateMissing) {
      logger.warn(
        { messageId: id, messageType: payload.messageType, country: number.country },
        'delivery.template_missing',
      );
    }
    const { country } = number;
    return { payload, plan, country, text, encoding, segments, blockNames: () => blockNamesOf(number) };
  };
}

/** Of a payload that an older version sealed, the number has to be read again. */
function recipientOf({ to, country, callingCode }: Payload): RoutedMessage['number'] {
  if (callingCode !== undefined) return { e164: to, country, countryCallingCode: callingCode };
  const number = parsePhoneNumber(to);
  if (number === undefined)
    throw new Error('the recipient is not a phone number, though it was accepted as one');
  return number;
}
