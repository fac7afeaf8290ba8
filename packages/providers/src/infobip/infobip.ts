import type { Registration } from '@sms-gateway/contract';
import { asObject } from '../json-object.ts';
import type { Provider } from '../provider.ts';
import { createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifyInfobipAnswer } from './infobip-errors.ts';
import { infobipLookup } from './infobip-lookup.ts';

export type InfobipProviderOptions = Omit<RestProviderOptions, 'apiUrl'> & {
  /** The account's own, as the portal shows it, with https:// in front. */
  baseUrl: string;
  apiKey: string;
  /** A number or an alphanumeric sender ID of the account. */
  from: string;
};

const MAX_VALIDITY_SECONDS = 48 * 3600;

/**
 * Sends through Infobip's SMS API v3 (infobip.com/docs/api/channels/sms). Our message id is the message's id there,
 * and an id that Infobip has already is not sent a second time. The sender is always the account's: the one that the
 * route chose or else the configured one. Throws if the API key or `baseUrl` cannot be used.
 */
export function createInfobipProvider({
  baseUrl,
  apiKey,
  from,
  now = Date.now,
  connections,
}: InfobipProviderOptions): Provider {
  return createRestProvider({
    name: 'infobip',
    receipts: 'callback',
    apiUrl: baseUrl,
    now,
    connections,
    path: '/sms/3/messages',
    credentials: { apiKey },
    authorization: `App ${apiKey}`,
    contentType: 'application/json',
    encode: ({ id, to, sender = from, body, validitySeconds, receiptUrl, registration }) =>
      JSON.stringify({
        messages: [
          {
            sender: sender.replace(/^\+/, ''),
            destinations: [{ to: to.replace(/^\+/, ''), messageId: id }],
            content: { text: body },
            options: {
              validityPeriod: {
                amount: Math.min(Math.max(Math.trunc(validitySeconds), 1), MAX_VALIDITY_SECONDS),
                timeUnit: 'SECONDS',
              },
              ...regional(registration),
            },
            ...(receiptUrl !== undefined && {
              webhooks: { delivery: { url: receiptUrl }, contentType: 'application/json' },
            }),
          },
        ],
      }),
    classify: (answer, nowMs, { id }) => classifyInfobipAnswer(answer, nowMs, id),
    lookup: infobipLookup,
  });
}

/** India's ids, and what other countries demand, such as `turkeyIys` (Send SMS messages, options.regional). */
function regional(registration: Registration | undefined) {
  if (registration === undefined) return {};
  const { country, entityId, templateId, parameters } = registration;
  const indiaDlt =
    country === 'IN' && entityId !== undefined
      ? {
          indiaDlt: {
            // Its other fields, such as `telemarketerId`.
            ...asObject(parameters['indiaDlt']),
            principalEntityId: entityId,
            contentTemplateId: templateId,
          },
        }
      : {};
  return { regional: { ...parameters, ...indiaDlt } };
}
