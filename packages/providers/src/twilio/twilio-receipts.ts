import { createHash, createHmac } from 'node:crypto';
import { isFailure, type Receipt, type ReceiptStatus, isEqual } from '@sms-gateway/contract';
import { parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import { provedBy } from '../proved-by.ts';
import type { ReadReceipts, ReceiptRequest } from '../receipt-reader.ts';
import { isRecipientFault } from './twilio-errors.ts';

export type TwilioReceiptsOptions = {
  /**
   * The account's auth tokens, also where messages are sent with an API key. The primary one signs all callbacks; while
   * it is replaced, that may be the old one or the new one.
   */
  authTokens: readonly string[];
};

// Statuses in the callbacks of an outbound message, from the SDK (twilio, rest/api/v2010/account/message.d.ts).
const STATUSES: ReadonlyMap<unknown, ReceiptStatus> = new Map([
  ['accepted', 'sent'],
  ['scheduled', 'sent'],
  ['queued', 'sent'],
  ['sending', 'sent'],
  ['sent', 'sent'],
  ['partially_delivered', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
]);

const EXPIRED = 30036; // validity period expired

/**
 * Reads Twilio's status callbacks: forms, signed as twilio.com/docs/usage/security says. Requests with a `bodySHA256`
 * in their URL are JSON, signed by URL and hash. Twilio signs no time, so a callback may come again at any time.
 * Throws if an auth token is empty.
 */
export function createTwilioReceipts({ authTokens }: TwilioReceiptsOptions): ReadReceipts {
  if (authTokens.includes('')) throw new TypeError('twilio: authToken is empty');

  return (request) => {
    const given = request.headers['x-twilio-signature'];
    const body = readBody(request);
    if (typeof given !== 'string' || body === undefined) return { kind: 'unauthentic' };
    const texts = portVariants(request.url).map((url) => url + body.signed);
    const key = provedBy(authTokens, (authToken) =>
      texts.map((text) => isEqual(given, signature(authToken, text))).includes(true),
    );
    if (key === undefined) return { kind: 'unauthentic' };

    const receipt = receiptOf(body);
    return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt], key };
  };
}

type Body = {
  /** What of it is signed behind the URL. */
  signed: string;
  /** Undefined also for what is there more than once. */
  field: (name: string) => unknown;
};

/** Undefined for a body that is not the one in the URL. */
function readBody({ url, rawBody }: ReceiptRequest): Body | undefined {
  const bodyHash = /[?&]bodySHA256=([^&#]*)/.exec(url)?.[1];
  if (bodyHash !== undefined) {
    if (!isEqual(bodyHash, createHash('sha256').update(rawBody).digest('hex'))) return undefined;
    const json = parseJsonObject(rawBody.toString());
    return { signed: '', field: (name) => json?.[name] };
  }
  const form = new URLSearchParams(rawBody.toString());
  return {
    signed: signedForm(form),
    field: (name) => {
      const [value, ...others] = form.getAll(name);
      return others.length === 0 ? value : undefined;
    },
  };
}

/** Names in order, each with its values in order and without repetition. */
function signedForm(form: URLSearchParams): string {
  const valuesByName = new Map<string, Set<string>>();
  for (const [name, value] of form) {
    valuesByName.set(name, (valuesByName.get(name) ?? new Set()).add(value));
  }
  return [...valuesByName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => [...values].toSorted().map((value) => name + value))
    .join('');
}

/** Twilio signs the URL now with its port and now without: its own SDK tries both. */
function portVariants(url: string): string[] {
  const [, origin = url, port, rest = ''] =
    /^(https?:\/\/(?:\[[^\]]*\]|[^/?#:]*))(:\d+)?(.*)$/is.exec(url) ?? [];
  const standardPort = /^https:/i.test(url) ? ':443' : ':80';
  return [origin + rest, origin + (port ?? standardPort) + rest];
}

function signature(authToken: string, text: string): string {
  return createHmac('sha1', authToken).update(text).digest('base64');
}

// Another provider may cure what is not the recipient's fault: it has other routes and senders, and Twilio will not try
// again. That includes 30003 (unreachable handset) and 30008 (unknown error): there the reason is unknown, while the
// status says that the message did not arrive.
function receiptOf({ field }: Body): Receipt | undefined {
  const providerMessageId = readMessageId(field('MessageSid'));
  const status = STATUSES.get(field('MessageStatus'));
  if (providerMessageId === undefined || status === undefined) return undefined;

  const number = errorNumber(field('ErrorCode'));
  const isExpired = isFailure({ status }) && number === EXPIRED;
  return {
    providerMessageId,
    status: isExpired ? 'expired' : status,
    code: number === undefined ? undefined : `twilio_${number}`,
    isCurable: isFailure({ status }) && !isExpired && !(number !== undefined && isRecipientFault(number)),
  };
}

// Strict, because it ends up in traces and logs.
function errorNumber(value: unknown): number | undefined {
  return /^[1-9]\d{4}$/.test(String(value)) ? Number(value) : undefined;
}
