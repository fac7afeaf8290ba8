'use strict';

/*
 * Auth0 Action, trigger custom-phone-provider: passes the tenant's text messages to the SMS gateway and tells Auth0 the
 * result. It logs nothing, and no reason holds a code, a number or a secret.
 *
 * Secrets of this Action:
 *   GATEWAY_URL            where messages are posted, path included: https://sms.example.com/v1/sms
 *   GATEWAY_SECRET         the secret it shares with the gateway
 *   GATEWAY_AUDIENCE       the audience that the gateway demands
 *   GATEWAY_SUBJECT        optional: the subject that the gateway demands
 *   GATEWAY_SECRET_BASE64  optional: true where GATEWAY_SECRET is base64url
 *   CODE_TTL_SECONDS       optional: how long a code is valid at Auth0 (180)
 *
 * No dependencies. Documentation: docs/auth0.md of the gateway.
 */

const { createHmac, randomUUID } = require('node:crypto');

/** Auth0 ends an Action after 20 s. What happens to the message then is not documented. */
const TIMEOUT_MS = 15_000;
const DEFAULT_CODE_TTL_SECONDS = 180;
const MAX_CODE_TTL_SECONDS = 86_400;
/** Auth0 tries again "up to 5 times in the next minutes". */
const RETRIES_END_AFTER_MS = 15 * 60_000;
const MAX_CACHE_LIFETIME_MS = 24 * 60 * 60_000;
/** Of the 20 records that a trigger's cache takes. The more there are, the fewer tries write the same one at once. */
const SIGHTING_RECORDS = 16;
/** A record takes 4 kB, and a sighting 16 characters. */
const SIGHTINGS_OF_A_RECORD = 250;
/** A slower cache counts as broken, because the time is needed for the gateway. */
const CACHE_TIMEOUT_MS = 500;
/** In characters. A longer one is no sender ID. */
const MAX_SENDER_LENGTH = 128;
/** With less time left a try would only time out. */
const SHORTEST_TRY_MS = 1000;

exports.onExecuteCustomPhoneProvider = async (event, api) => {
  try {
    const end = await deliver(event, api.cache);
    if (end.kind === 'retry') api.notification.retry(end.reason);
    if (end.kind === 'drop') api.notification.drop(end.reason);
  } catch {
    // What Auth0 does when an Action throws is not documented, and the error may hold what must not be logged.
    api.notification.drop('The Action does not know this form of event.');
  }
};

/** Makes one try. `sent` means that the gateway has the message on disk. */
async function deliver(event, cache) {
  const { notification, secrets = {} } = event;
  const startedAt = Date.now();
  if (notification.delivery_method === 'voice') {
    return drop('The gateway sends text messages only: take voice off the phone provider.');
  }
  const { problem, settings } = readSettings(secrets);
  if (problem !== undefined) return drop(problem);
  const codeTtlMs = readCodeTtlMs(secrets);
  if (codeTtlMs === undefined) {
    return drop(`The secret CODE_TTL_SECONDS must be whole seconds, 1 to ${MAX_CODE_TTL_SECONDS}.`);
  }

  const message = messageOf(event, {
    recipient: notification.recipient,
    body: notification.as_text,
    sender: notification.from?.length <= MAX_SENDER_LENGTH ? notification.from : undefined,
    code: notification.code,
    locale: notification.locale,
    message_type: notification.message_type,
  });
  const idempotencyKey = idempotencyKeyOf(settings, message);
  const sighting = createSighting(cache, idempotencyKey, codeTtlMs);
  const firstSeenAt = await sighting.recall(startedAt);
  const deadAt = firstSeenAt + codeTtlMs;
  if (startedAt >= deadAt) {
    await sighting.forget();
    return drop('The code expired before this try, so the gateway was not asked.');
  }

  const answer = await askGateway({
    settings,
    idempotencyKey,
    // A late try must not replace a newer code, and must not get more time than the first had.
    message: { ...message, requested_at: new Date(firstSeenAt).toISOString() },
    timeoutMs: Math.max(SHORTEST_TRY_MS, TIMEOUT_MS - (Date.now() - startedAt)),
  });
  if (answer.kind === 'transient' && Date.now() + (answer.retryAfterMs ?? 0) < deadAt) {
    await sighting.remember(firstSeenAt);
    return { kind: 'retry', reason: answer.reason };
  }
  await sighting.forget();
  if (answer.kind === 'sent') return answer;
  return drop(
    answer.kind === 'transient' ? `${answer.reason} The code expires before another try.` : answer.reason,
  );
}

function drop(reason) {
  return { kind: 'drop', reason };
}

function readCodeTtlMs({ CODE_TTL_SECONDS: given }) {
  const seconds = String(given ?? '').trim() || String(DEFAULT_CODE_TTL_SECONDS);
  const isInRange =
    /^\d{1,5}$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= MAX_CODE_TTL_SECONDS;
  return isInRange ? Number(seconds) * 1000 : undefined;
}

/**
 * Remembers when a notification was first seen, because its event does not tell. It writes only before a retry, and many
 * sightings to a record: a trigger's cache takes 20 records and 8 kB in all, and an outage of the gateway has more codes
 * than that. If two tries write the same record at once, one is lost. The cache may forget, fail or hang. That must never
 * keep a code from being sent.
 */
function createSighting(cache, idempotencyKey, codeTtlMs) {
  const record = `first-seen:${Buffer.from(idempotencyKey, 'base64url')[0] % SIGHTING_RECORDS}`;
  const name = idempotencyKey.slice(0, 8);
  // As long as Auth0 may retry: if it were forgotten earlier, a dead code would look like a new one.
  const lifetimeMs = Math.min(codeTtlMs + RETRIES_END_AFTER_MS, MAX_CACHE_LIFETIME_MS);
  let isRecorded = false;

  /** A record is a list of names and times, 8 characters each. */
  async function read(now) {
    const text = await orNothing(async () => (await cache.get(record)).value);
    return [...String(text).matchAll(/([\w-]{8})([\da-z]{8})/g)]
      .map(([, seen, time]) => ({ seen, at: parseInt(time, 36) }))
      .filter(({ at }) => at <= now && at > now - lifetimeMs);
  }

  async function write(sightings, now) {
    const text = sightings
      .slice(0, SIGHTINGS_OF_A_RECORD)
      .map(({ seen, at }) => seen + at.toString(36).padStart(8, '0'))
      .join('');
    const expiry = { expires_at: now + lifetimeMs };
    await orNothing(() => (text === '' ? cache.delete(record) : cache.set(record, text, expiry)));
  }

  const readOthers = async (now) => (await read(now)).filter(({ seen }) => seen !== name);
  return {
    async recall(now) {
      const found = (await read(now)).find(({ seen }) => seen === name);
      isRecorded = found !== undefined;
      return found?.at ?? now;
    },
    async remember(firstSeenAt) {
      if (isRecorded) return;
      const now = Date.now();
      await write([...(await readOthers(now)), { seen: name, at: firstSeenAt }], now);
    },
    async forget() {
      const now = Date.now();
      if (isRecorded) await write(await readOthers(now), now);
    },
  };
}

/** The result of the operation, or undefined if it fails or is too slow. */
async function orNothing(operation) {
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, CACHE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([operation(), timeout]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The same for every try of one notification, since Auth0 tells neither an id of it nor the number of the try: the
 * gateway then sends it once. A user who asks again with a code that Auth0 still gives out gets it again once the first
 * copy is known not to arrive. Keyed, because a bare hash of so few digits would tell the code; JSON, so that no two
 * messages join to one text.
 */
function idempotencyKeyOf({ key }, { tenant, recipient, message_type: type, code, body }) {
  const parts = [tenant, recipient, type, 'text', code, body];
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}

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
