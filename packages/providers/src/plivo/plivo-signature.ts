import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isEqual } from '@sms-gateway/contract';
import type { ReceiptRequest } from '../receipt-reader.ts';

/**
 * Whether a callback is Plivo's, by the rules of plivo 4.79 (lib/utils/v3Security.js and security.js).
 *
 * A signature V3 decides where there is one: it is over the URL, the form and a nonce. Else it is V2, the only one
 * that docs.plivo.com promises for messages (Messaging, Signature validation). That is over a nonce and the URL
 * without its query, and so proves nothing of the form: it counts only in a URL with a reference of ours. Both come
 * in two headers: by the token of the account or subaccount that sent the message, and by the main account's (`Ma`).
 */
export function isPlivos(request: ReceiptRequest, form: URLSearchParams, authToken: string): boolean {
  const { headers, url, hasReference } = request;
  const [base, query] = splitAtQuery(url);

  const v3 = signaturesIn(headers, ['x-plivo-signature-v3', 'x-plivo-signature-ma-v3']);
  if (v3.length > 0) {
    const nonce = headers['x-plivo-signature-v3-nonce'];
    const text = `${base}${signedParameters(new URLSearchParams(query), form)}.${String(nonce)}`;
    return typeof nonce === 'string' && isSigned(text, v3, authToken);
  }
  const v2 = signaturesIn(headers, ['x-plivo-signature-v2', 'x-plivo-signature-ma-v2']);
  const nonce = headers['x-plivo-signature-v2-nonce'];
  return hasReference && typeof nonce === 'string' && isSigned(base + nonce, v2, authToken);
}

/** One signature for each auth token that is active. */
function signaturesIn(headers: IncomingHttpHeaders, names: string[]): string[] {
  return names
    .map((name) => headers[name])
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split(','))
    .map((signature) => signature.trim());
}

function isSigned(text: string, signatures: string[], authToken: string): boolean {
  const expected = createHmac('sha256', authToken).update(text).digest('base64');
  return signatures.map((signature) => isEqual(signature, expected)).includes(true);
}

function splitAtQuery(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function signedParameters(query: URLSearchParams, form: URLSearchParams): string {
  const pairs = sorted(query, '=').join('&');
  const fields = sorted(form, '').join('');
  if (fields === '') return pairs === '' ? '' : `?${pairs}`;
  return pairs === '' ? `?${fields}` : `?${pairs}.${fields}`;
}

/** Decoded, by name and then by value. */
function sorted(parameters: URLSearchParams, separator: string): string[] {
  return [...new Set(parameters.keys())].toSorted().flatMap((name) =>
    parameters
      .getAll(name)
      .toSorted()
      .map((value) => name + separator + value),
  );
}
