import { createHash, createHmac } from 'node:crypto';
import { isEqual } from '@sms-gateway/contract';
import { jwtVerify } from 'jose';
import type { ReceiptRequest } from '../receipt-reader.ts';
import { isRecent } from '../signature-age.ts';

/**
 * Whether a webhook is Vonage's. A bearer token decides where there is one: a JWT with the hash of the body
 * (developer.vonage.com, Signed webhooks). A GET has no body, so its token proves nothing of the query, and counts only
 * in a URL with a reference of ours. Else it is the `sig` parameter of the SMS API (Signing messages). Both carry a
 * time, which may be five minutes off.
 */
export async function isVonages(
  request: ReceiptRequest,
  parameters: Record<string, unknown> | undefined,
  secret: string,
): Promise<boolean> {
  const { authorization } = request.headers;
  const token = typeof authorization === 'string' && /^bearer +(\S+)$/i.exec(authorization)?.[1];
  return token
    ? hasToken(token, request, secret)
    : parameters !== undefined && hasSignature(parameters, request, secret);
}

async function hasToken(
  token: string,
  { method, rawBody, hasReference, now }: ReceiptRequest,
  secret: string,
): Promise<boolean> {
  if (method === 'GET' && !hasReference) return false;
  try {
    const { payload } = await jwtVerify(token, Buffer.from(secret), {
      algorithms: ['HS256'],
      currentDate: new Date(now),
      requiredClaims: method === 'GET' ? ['iat'] : ['iat', 'payload_hash'],
    });
    const { iat = 0, payload_hash: given } = payload;
    if (method === 'GET') return isRecent(iat, now);
    const hash = createHash('sha256').update(rawBody).digest('hex');
    return isRecent(iat, now) && typeof given === 'string' && isEqual(given.toLowerCase(), hash);
  } catch {
    return false;
  }
}

// By the length of the signature in hexadecimal digits: which of them it is, is a setting of the account. Whoever
// does not know the secret can make none of them, so that nothing is lost by taking all.
const METHODS: ReadonlyMap<number, ((secret: string, text: string) => string)[]> = new Map([
  [32, [hmac('md5'), md5Hash]],
  [40, [hmac('sha1')]],
  [64, [hmac('sha256')]],
  [128, [hmac('sha512')]],
]);

function hmac(algorithm: string) {
  return (secret: string, text: string) => createHmac(algorithm, secret).update(text).digest('hex');
}

function md5Hash(secret: string, text: string): string {
  return createHash('md5').update(text).update(secret).digest('hex');
}

function hasSignature(
  { sig, ...parameters }: Record<string, unknown>,
  { url, now }: ReceiptRequest,
  secret: string,
): boolean {
  const { timestamp } = parameters;
  if (typeof sig !== 'string' || !/^\d{1,12}$/.test(String(timestamp))) return false;
  if (!isRecent(Number(timestamp), now)) return false;

  // Whether the query of the callback URL is signed along with the body is documented nowhere.
  const query = Object.fromEntries(new URLSearchParams(url.split('?', 2)[1]));
  return [parameters, { ...query, ...parameters }]
    .map(signedText)
    .filter((text) => text !== undefined)
    .flatMap((text) => (METHODS.get(sig.length) ?? []).map((method) => method(secret, text)))
    .map((expected) => isEqual(sig.toLowerCase(), expected))
    .includes(true);
}

/** Undefined where a parameter cannot have been signed. */
function signedText(parameters: Record<string, unknown>): string | undefined {
  const names = Object.keys(parameters).toSorted();
  const values = names.map((name) => parameters[name]);
  if (names.some((name) => /[&=]/.test(name)) || !values.every(isScalar)) return undefined;
  return names.map((name, index) => `&${name}=${String(values[index]).replace(/[&=]/g, '_')}`).join('');
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
