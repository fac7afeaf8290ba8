'use strict';

/*
 * Auth0 Action, trigger send-phone-message (MFA): passes the code of a second factor to the SMS gateway. A person waits
 * for it and Auth0 does not retry, so the Action does, for 15 s in all. It logs nothing, and no error holds a code, a
 * number or a secret.
 *
 * Secrets of this Action:
 *   GATEWAY_URL            where messages are posted, path included: https://sms.example.com/v1/sms
 *   GATEWAY_SECRET         the secret it shares with the gateway
 *   GATEWAY_AUDIENCE       the audience that the gateway demands
 *   GATEWAY_SUBJECT        optional: the subject that the gateway demands
 *   GATEWAY_SECRET_BASE64  optional: true where GATEWAY_SECRET is base64url
 *
 * No dependencies. Documentation: docs/auth0.md of the gateway.
 */

const { createHmac, randomUUID } = require('node:crypto');

/** Of all tries together: Auth0 ends an Action after 20 s. */
const BUDGET_MS = 15_000;
/** The gateway answers within 5 s. If it hangs, this leaves time for another try. */
const TRY_TIMEOUT_MS = 6000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 2000;
/** With less time left no try begins: it would only time out, which says less than the answer before. */
const SHORTEST_TRY_MS = 1000;

/** Throws if the code was not sent, which is the only way to tell Auth0. */
exports.onExecuteSendPhoneMessage = async (event) => {
  const options = event.message_options ?? {};
  const startedAt = Date.now();
  const deadline = startedAt + BUDGET_MS;
  if (options.message_type === 'voice') {
    throw new Error('The gateway sends text messages only: take voice off the MFA factor.');
  }
  const { problem, settings } = readSettings(event.secrets ?? {});
  if (problem !== undefined) throw new Error(problem);

  const message = messageOf(event, {
    recipient: options.recipient,
    body: options.text,
    code: options.code,
    locale: event.request?.language,
    message_type: options.action === 'enrollment' ? 'otp_enroll' : 'otp_verify',
  });
  // One key for all tries of this call. Auth0 does not repeat a call, so the next call is a user who asks again.
  const idempotencyKey = randomUUID();
  // A late try must not replace a newer code.
  message.requested_at = new Date(startedAt).toISOString();

  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const timeoutMs = Math.min(TRY_TIMEOUT_MS, deadline - Date.now());
    const answer = await askGateway({ settings, idempotencyKey, message, timeoutMs });
    if (answer.kind === 'sent') return;
    // Nobody waits for a limit that does not say when it ends.
    const isHopeless = answer.status === 429 && answer.retryAfterMs === undefined;
    if (answer.kind === 'refused' || isHopeless) throw new Error(answer.reason);
    const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
    const waitMs = Math.max(jitteredMs, answer.retryAfterMs ?? 0);
    if (Date.now() + waitMs + SHORTEST_TRY_MS > deadline) throw new Error(answer.reason);
    await new Promise((resolve) => {
      setTimeout(resolve, waitMs);
    });
  }
};

// From here on the two Actions are the same, word for word.

/** The settings, or the first problem with the secrets. A problem names the secret and never its value. */
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

/** The body that the gateway documents: that of Auth0's own gateway call, and what only an Action knows. */
function messageOf({ request, tenant, client, organization, transaction }, { recipient, body, ...own }) {
  const informing = {
    ...own,
    tenant: tenant?.id,
    client_id: client?.client_id,
    organization_id: organization?.id,
    correlation_id: transaction?.correlation_id,
  };
  return {
    recipient,
    body,
    ...mapValues(informing, informationOf),
    req: mapValues({ ip: request?.ip, 'user-agent': request?.user_agent }, informationOf),
  };
}

function mapValues(fields, map) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]));
}

/** Partly chosen by the end user, so it is cut to size: the gateway takes 16 KiB in all. */
function informationOf(value) {
  return typeof value === 'string' ? value.slice(0, 512) : undefined;
}

/** The token of Auth0's own gateway call, a JWT with HS256. It is valid for a minute. */
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

/** Makes one request: `sent`, `transient` (worth another try) or `refused`. Only 200 means that the gateway has the message. */
async function askGateway({ settings, idempotencyKey, message, timeoutMs }) {
  let response;
  try {
    response = await fetch(settings.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${signToken(settings, Date.now())}`,
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    return explainFailure(error, timeoutMs);
  }
  response.body?.cancel().catch(() => {});
  return explainStatus(response.status, parseRetryAfterMs(response.headers.get('retry-after')));
}

/** Leaves the error's own message out, because it may hold the URL. */
function explainFailure(error, timeoutMs) {
  if (error?.name === 'TimeoutError') {
    const seconds = Math.ceil(timeoutMs / 1000);
    return { kind: 'transient', reason: `The gateway did not answer within ${seconds} s.` };
  }
  if (error?.cause?.message === 'unexpected redirect') {
    const reason =
      'The gateway answered with a redirect, which is not followed: GATEWAY_URL must be its target.';
    return { kind: 'refused', reason };
  }
  const code = String(error?.cause?.code);
  const shown = /^[A-Z][A-Z0-9_]{2,39}$/.test(code) ? ` (${code})` : '';
  return { kind: 'transient', reason: `The gateway could not be reached${shown}.` };
}

function explainStatus(status, retryAfterMs) {
  if (status === 200) return { kind: 'sent' };
  const isTransient = status === 408 || status === 429 || (status >= 500 && status <= 599);
  const reason = `The gateway answered ${status}: ${adviceFor(status)}.`;
  return isTransient ? { kind: 'transient', status, reason, retryAfterMs } : { kind: 'refused', reason };
}

function adviceFor(status) {
  switch (status) {
    case 400:
      return 'it does not understand the message, and its log says why';
    case 401:
      return 'GATEWAY_SECRET, GATEWAY_AUDIENCE or GATEWAY_SUBJECT does not match its own';
    case 403:
      return 'its rules do not allow the destination';
    case 404:
      return 'it has no such path or connection, so compare GATEWAY_URL with its configuration';
    case 405:
      return 'nothing is sent over this path, so compare GATEWAY_URL with its configuration';
    case 408:
      return 'the message did not arrive in time';
    case 413:
      return 'the message is too long';
    case 422:
      return 'the recipient is not a possible phone number';
    case 429:
      return 'a limit was reached';
    case 503:
      return 'it cannot store messages now, and its /readyz says why';
    default:
      if (status >= 500) return 'look into its log, or that of the proxy before it';
      return 'only 200 means sent, so look what it is that answers at GATEWAY_URL';
  }
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
function parseRetryAfterMs(value) {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
