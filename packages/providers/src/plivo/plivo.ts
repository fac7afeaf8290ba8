import { isUuid, type Registration } from '@sms-gateway/contract';
import type { Provider } from '../provider.ts';
import { basicAuthorization, createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifyPlivoAnswer } from './plivo-errors.ts';

export type PlivoProviderOptions = RestProviderOptions & {
  authId: string;
  authToken: string;
  /** A number, short code or alphanumeric sender ID of the account, or a Powerpack that picks one. */
  sender: PlivoSender;
};

type PlivoSender = { from: string } | { powerpackUuid: string };

// support.plivo.com, "Message Expiry": 5 to 10 799 s, 10 800 s if not given.
const MIN_EXPIRY_SECONDS = 5;
const MAX_EXPIRY_SECONDS = 10_799;

/**
 * Sends through Plivo's Message API (docs.plivo.com, Send a message) with `log=false`, so that Plivo keeps neither
 * the text nor the whole number. Plivo looks at the expiry when it takes a message from its queue. It takes no
 * reference of ours, and cannot be asked for a message by one. The sender is always the account's: the one that the
 * route chose or else the configured one. Throws if a credential or `apiUrl` cannot be used.
 */
export function createPlivoProvider({
  authId,
  authToken,
  sender: configured,
  apiUrl = 'https://api.plivo.com',
  now = Date.now,
  connections,
}: PlivoProviderOptions): Provider {
  return createRestProvider({
    name: 'plivo',
    receipts: 'callback',
    apiUrl,
    now,
    connections,
    path: `/v1/Account/${encodeURIComponent(authId)}/Message/`,
    credentials: { authId, authToken },
    authorization: basicAuthorization(authId, authToken),
    contentType: 'application/json',
    encode: ({ to, sender, body, validitySeconds, receiptUrl, registration }) =>
      JSON.stringify({
        ...registered(registration),
        ...source(sender === undefined ? configured : senderNamed(sender)),
        dst: to.replace(/^\+/, ''),
        text: body,
        type: 'sms',
        log: 'false',
        message_expiry: Math.min(
          Math.max(Math.trunc(validitySeconds), MIN_EXPIRY_SECONDS),
          MAX_EXPIRY_SECONDS,
        ),
        ...(receiptUrl !== undefined && { url: receiptUrl, method: 'POST' }),
      }),
    classify: classifyPlivoAnswer,
  });
}

function senderNamed(chosen: string): PlivoSender {
  return isUuid(chosen) ? { powerpackUuid: chosen } : { from: chosen };
}

function source(sender: PlivoSender) {
  return 'from' in sender
    ? { src: sender.from.replace(/^\+/, '') }
    : { powerpack_uuid: sender.powerpackUuid };
}

/** India's ids (plivo.com, Send a message, `dlt_*`), and other fields of the API, such as `dlt_template_category`. */
function registered(registration: Registration | undefined): Record<string, unknown> {
  if (registration === undefined) return {};
  const { country, entityId, templateId, parameters } = registration;
  return {
    ...parameters,
    ...(country === 'IN' && { dlt_entity_id: entityId, dlt_template_id: templateId }),
  };
}
