'use strict';

/*
 * Auth0 Action, trigger post-login: reports to the SMS gateway which of its codes were used, so that its pumping guard can
 * distinguish people from machines. It never fails a login, never delays it for long, and logs nothing.
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

/** A person waits at a login screen, and a lost report costs little: one used code counts as unused. */
const TIMEOUT_MS = 2_000;
/** A session lists all its authentication methods; older ones were reported when they were new. */
const RECENT_MS = 10 * 60_000;

exports.onExecutePostLogin = async (event) => {
  try {
    // There is no login screen, and the session's own login was already reported.
    if (event.transaction?.protocol === 'oauth2-refresh-token') return;
    const verified = verifiedCode(event, Date.now());
    const { settings } = readSettings(event.secrets ?? {});
    const url = settings && verifiedUrl(settings.url);
    if (verified === undefined || url === undefined) return;
    const response = await fetch(url, {
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
    // The user has authenticated, so nothing that fails here may keep them out.
  }
};

/**
 * The number, and when its code was entered, if this login used one just now: a passwordless login, or a second factor.
 * Auth0 does not reveal the number of a second factor. The number of the profile is used instead, but only if it is verified:
 * otherwise anybody could enter a number and have its codes count as wanted.
 */
function verifiedCode({ authentication, user }, nowMs) {
  const latest = (isOf) => {
    const times = (authentication?.methods ?? [])
      .filter((method) => method && isOf(method))
      .map(({ timestamp }) => Date.parse(timestamp))
      .filter((at) => Math.abs(nowMs - at) <= RECENT_MS);
    return times.length === 0 ? undefined : Math.max(...times);
  };
  const proofs = [
    { number: passwordlessNumber(user), at: latest(({ name }) => name === 'sms' || name === 'phone_number') },
    {
      number: user?.phone_verified === true ? user.phone_number : undefined,
      at: latest(({ name, type }) => name === 'mfa' && type === 'phone'),
    },
  ].filter(({ number, at }) => typeof number === 'string' && number !== '' && at !== undefined);
  if (proofs.length === 0) return undefined;
  const [{ number }] = proofs;
  const at = Math.max(...proofs.filter((proof) => proof.number === number).map((proof) => proof.at));
  return { recipient: number, time: new Date(at).toISOString() };
}

/** With linked accounts, the profile shows the number of the first account, and each other account its own. */
function passwordlessNumber(user) {
  const accounts = (user?.identities ?? []).filter((account) => account?.provider === 'sms');
  if (accounts.length > 1) return undefined;
  return accounts[0]?.profileData?.phone_number ?? user?.phone_number;
}

/** Undefined if the URL for messages does not show it. `/v1/sms` is the connection `default`. */
function verifiedUrl(messagesUrl) {
  const url = new URL(messagesUrl);
  const [, before, connection = 'default'] =
    /^(.*?)\/v1\/(?:connections\/([^/]+)\/)?sms\/?$/.exec(url.pathname) ?? [];
  if (before === undefined) return undefined;
  url.pathname = `${before}/v1/connections/${connection}/verified`;
  return url;
}

/** The settings, or the first problem with the secrets, which names the secret and never its value. */
function readSettings(secrets) {
  // As the gateway reads its own: without the white space that comes with pasting. Empty means not set.
  const read = (name) => String(secrets[name] ?? '').trim() || undefined;
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

/** base64url, also in the standard alphabet and padded. Buffer alone would skip unknown characters. */
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
