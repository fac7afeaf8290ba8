'use strict';

/*
 * Auth0 Action, trigger post-login: tells the SMS gateway which of its codes were used, so that its pumping guard can
 * tell people from machines. A login never fails and never waits long because of it, and nothing is logged.
 *
 * Secrets of this Action, as those of the phone provider's:
 *   GATEWAY_URL            where messages are posted, path included: https://sms.example.com/v1/sms
 *   GATEWAY_SECRET         the secret it shares with the gateway
 *   GATEWAY_AUDIENCE       the audience that the gateway demands
 *   GATEWAY_SUBJECT        optional: the subject that the gateway demands
 *   GATEWAY_SECRET_BASE64  optional: true where GATEWAY_SECRET is base64url
 *
 * No dependencies. Documentation: docs/screening.md of the gateway.
 */

const { createHmac, randomUUID } = require('node:crypto');

/** Somebody waits at a login screen, and what is lost here costs one code's good word. */
const TIMEOUT_MS = 2_000;
/** A session lists all that it was ever proved with: what is older was told when it was new. */
const RECENT_MS = 10 * 60_000;

exports.onExecutePostLogin = async (event) => {
  try {
    const verified = verifiedCode(event, Date.now());
    const { settings } = readSettings(event.secrets ?? {});
    if (verified === undefined || settings === undefined) return;
    const response = await fetch(verifiedUrl(settings.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${signToken(settings, Date.now())}`,
      },
      body: JSON.stringify(verified),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
  } catch {
    // The user has proved who they are: nothing that happens here may keep them out.
  }
};

/**
 * The number, and when its code was entered, if this login was proved by one just now. `sms` is a passwordless login,
 * `mfa` of type `phone` a second factor, whose number Auth0 tells only where it is the profile's.
 */
function verifiedCode({ authentication, user }, nowMs) {
  const number = user?.phone_number;
  if (typeof number !== 'string' || number === '') return undefined;
  const times = (authentication?.methods ?? [])
    .filter(({ name, type }) => name === 'sms' || (name === 'mfa' && type === 'phone'))
    .map(({ timestamp }) => Date.parse(timestamp))
    .filter((at) => Math.abs(nowMs - at) <= RECENT_MS);
  return times.length === 0
    ? undefined
    : { recipient: number, time: new Date(Math.max(...times)).toISOString() };
}

/** `/v1/sms` is the connection `default`; the others have theirs in the path. */
function verifiedUrl(messagesUrl) {
  const url = new URL(messagesUrl);
  url.pathname = url.pathname
    .replace(/\/v1\/sms\/?$/, '/v1/connections/default/sms')
    .replace(/\/sms\/?$/, '/verified');
  return url;
}

/** The settings, or the first problem with the secrets, which names the secret and never its value. */
function readSettings(secrets) {
  // As the gateway reads its own: without the blanks and line ends that come with pasting; empty is not set.
  const read = (name) => secrets[name]?.trim() || undefined;
  const url = read('GATEWAY_URL');
  const urlProblem = findUrlProblem(url);
  if (urlProblem !== undefined) return { problem: `The secret GATEWAY_URL ${urlProblem}.` };
  const secret = read('GATEWAY_SECRET');
  if (secret === undefined) return { problem: 'The secret GATEWAY_SECRET is not set.' };
  const audience = read('GATEWAY_AUDIENCE');
  if (audience === undefined) return { problem: 'The secret GATEWAY_AUDIENCE is not set.' };
  const isBase64 = read('GATEWAY_SECRET_BASE64') ?? 'false';
  if (isBase64 !== 'true' && isBase64 !== 'false') {
    return { problem: 'The secret GATEWAY_SECRET_BASE64 must be true or false.' };
  }
  const key = isBase64 === 'true' ? decodeBase64(secret) : Buffer.from(secret);
  if (key === undefined) {
    return { problem: 'The secret GATEWAY_SECRET is not base64url, which GATEWAY_SECRET_BASE64 says it is.' };
  }
  return { settings: { url, key, audience, subject: read('GATEWAY_SUBJECT') } };
}

function findUrlProblem(given) {
  if (given === undefined) return 'is not set';
  if (!URL.canParse(given)) return 'is not a URL';
  const { protocol, hostname, username, password } = new URL(given);
  if (username !== '' || password !== '') return 'must hold no user or password';
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) return undefined;
  return 'must begin with https://, as codes and tokens travel over it';
}

/** base64url, the standard alphabet and padding too. Buffer would skip what it does not know. */
function decodeBase64(text) {
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9_+/-]+$/.test(digits) || digits.length % 4 === 1) return undefined;
  return Buffer.from(digits, 'base64');
}

/** The token of Auth0's own gateway call: a JWT with HS256, valid for a minute. */
function signToken({ key, audience, subject }, nowMs) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const issuedAt = Math.floor(nowMs / 1000);
  const header = { alg: 'HS256', typ: 'JWT' };
  const claims = {
    iss: 'Auth0',
    sub: subject,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 60,
    jti: randomUUID(),
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
