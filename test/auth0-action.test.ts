import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ActionCache,
  type ActionEnd,
  type ActionHandler,
  type ActionRun,
  loadAction,
  type LoadedAction,
} from '../packages/cli/src/tenant/run-action.ts';
import { phoneProviderEvent, sendPhoneMessageEvent } from '../packages/cli/src/tenant/sample-events.ts';
import { freshNumber, freshText } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import {
  type ReceivedRequest,
  refusingUrl,
  type Respond,
  startDeafServer,
  startScriptedProviderServer,
} from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const FOLDER = new URL('../integrations/auth0-action/', import.meta.url);
const FILES = {
  onExecuteCustomPhoneProvider: fileURLToPath(new URL('custom-phone-provider.js', FOLDER)),
  onExecuteSendPhoneMessage: fileURLToPath(new URL('send-phone-message.js', FOLDER)),
} satisfies Record<ActionHandler, string>;

type Fields = Record<string, unknown>;
type Message = { recipient: string; text: string; code: string };
type Play = Partial<Message> & {
  secrets?: Record<string, string | undefined>;
  /** Laid over the event's `notification` or `message_options`. */
  options?: Fields;
  /** Laid over the event. */
  event?: Fields;
  cache?: ActionCache | 'hangs';
};

let provider: LoadedAction;
let mfa: LoadedAction;
beforeAll(async () => {
  provider = await loadAction(FILES.onExecuteCustomPhoneProvider);
  mfa = await loadAction(FILES.onExecuteSendPhoneMessage);
});

function freshMessage(): Message {
  const text = freshText();
  return { recipient: freshNumber(), text, code: text.slice(-6) };
}

const whyOf = (end: ActionEnd) => ('reason' in end ? end.reason : 'message' in end ? end.message : '');

/** Runs an Action, and checks what holds for every run: it logs nothing, and its reason gives nothing away. */
async function play(
  handler: ActionHandler,
  { secrets = {}, options, event, cache, ...own }: Play,
): Promise<ActionRun> {
  const message = { ...freshMessage(), ...own };
  const given = { GATEWAY_SECRET: SECRET, GATEWAY_AUDIENCE: AUDIENCE, ...secrets };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const isProvider = handler === 'onExecuteCustomPhoneProvider';
  const sample = isProvider
    ? phoneProviderEvent({ ...message, secrets: set })
    : sendPhoneMessageEvent({ ...message, secrets: set });
  const whole = {
    ...sample,
    ...('notification' in sample
      ? { notification: { ...sample.notification, ...options } }
      : { message_options: { ...sample.message_options, ...options } }),
    ...event,
  };
  const run = await (isProvider ? provider : mfa).run({ handler, event: whole, ...(cache && { cache }) });

  expect(run.logged).toEqual([]);
  const why = whyOf(run.end);
  const neverTold = [
    message.code,
    message.text,
    message.recipient.slice(1),
    set['GATEWAY_SECRET'],
    set['GATEWAY_AUDIENCE'],
    set['GATEWAY_URL'],
    URL_PASSWORD,
    'eyJ',
  ];
  expect(neverTold.filter((secret) => secret?.trim() && why.includes(secret))).toEqual([]);
  expect(
    [...(cache === 'hangs' ? [] : (cache ?? []))]
      .flat()
      .map((part) => JSON.stringify(part))
      .filter((part) => part.includes(message.code)),
  ).toEqual([]);
  return run;
}

const URL_PASSWORD = 'password-in-the-url';

const dropped = (reason: RegExp | string) => ({ kind: 'dropped', reason: expect.stringMatching(reason) });
const retry = (reason: RegExp | string) => ({ kind: 'retry', reason: expect.stringMatching(reason) });
const threw = (message: RegExp | string) => ({ kind: 'threw', message: expect.stringMatching(message) });

/** The token and everything it was told: what a careless reason would repeat. */
function echo(response: ServerResponse, status: number, { headers, body }: ReceivedRequest, more = {}): void {
  const told = `${headers.authorization} ${body}`.replaceAll(/[^\x20-\x7e]/g, '?');
  response.writeHead(status, told, { 'x-echo': told, ...more });
  response.end([204, 304].includes(status) ? undefined : told);
}

/** A server that answers as told by each test, in a row; the last answer stays. */
async function startScripted(...script: (number | { status: number; retryAfter: string } | Respond)[]) {
  const server = await startScriptedProviderServer((response, request) => {
    const step = script[Math.min(server.requests.length, script.length) - 1];
    if (typeof step === 'function') return step(response, request);
    const { status, retryAfter } =
      typeof step === 'object' ? step : { status: step ?? 200, retryAfter: undefined };
    echo(response, status, request, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  });
  return {
    url: `${server.url}/v1/sms`,
    requests: server.requests,
    bodies: () => server.requests.map(({ body }) => JSON.parse(body) as Fields),
    keys: () => server.requests.map(({ headers }) => headers['idempotency-key'] as string),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const claimsOf = ({ headers }: ReceivedRequest) =>
  decodeJwt((headers.authorization ?? '').replace('Bearer ', ''));

/** What holds for both Actions, with how each says that a message was not sent for good. */
const both = [
  { handler: 'onExecuteCustomPhoneProvider', failed: dropped, voice: { delivery_method: 'voice' } },
  { handler: 'onExecuteSendPhoneMessage', failed: threw, voice: { message_type: 'voice' } },
] as const;

describe('the files', () => {
  test('fit into the editor of Auth0, need only node, and share the code for signing and sending', async () => {
    const codes = await Promise.all(Object.values(FILES).map((file) => readFile(file, 'utf8')));
    for (const code of codes) {
      expect(Buffer.byteLength(code)).toBeLessThan(100_000);
      expect(code).not.toMatch(/console/);
      const required = [...code.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name);
      expect(required).toEqual(["'node:crypto'"]);
    }
    const shared = codes.map(
      (code) => code.split('// From here on the two Actions are the same, word for word.')[1],
    );
    expect(shared[0]).toContain('function signToken');
    expect(shared[0]).toBe(shared[1]);
  });
});

describe.each(both)('$handler with a real gateway', ({ handler, failed }) => {
  const rawKey = Buffer.from([0xfb, 0xff, 0xfe, ...randomBytes(29)]);
  const strict = {
    AUTH0_SUBJECT: 'urn:Auth0',
    AUTH0_SECRET: rawKey.toString('base64url'),
    AUTH0_SECRET_BASE64: 'true',
  };
  let gateway: Gateway;
  /** An ingress on the same queue that demands a subject and has its secret in base64url. */
  let strictUrl: string;
  let url: string;

  beforeAll(async () => {
    gateway = await startGateway({ env: { ALLOWED_COUNTRIES: 'US' }, mustControl: true });
    url = `${gateway.ingress.url}/v1/sms`;
    const ingress = await gateway.startIngress(strict);
    await until(async () => expect((await ingress.ready()).status).toBe(200));
    strictUrl = `${ingress.url}/v1/sms`;
    await gateway.startWorker();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const runFor = (options: Play) =>
    play(handler, { ...options, secrets: { GATEWAY_URL: url, ...options.secrets } });
  const answered = ({ answers }: ActionRun) =>
    answers.map(({ body }) => JSON.parse(body) as { id: string; status: string });

  test('a message is accepted, and each call of the MFA Action is a separate message', async () => {
    const message = freshMessage();
    const [first, second] = [await runFor(message), await runFor(message)].flatMap(answered);
    expect([first?.status, second?.status]).toEqual([
      'queued',
      handler === 'onExecuteSendPhoneMessage' ? 'queued' : 'duplicate',
    ]);
    expect((await untilConcluded(gateway.client, second?.id)).outcome).toBe('sent');
  });

  test('no matter how often Auth0 retries the phone provider, the message is sent once', async (context) => {
    if (handler === 'onExecuteSendPhoneMessage') context.skip('Auth0 does not repeat that one');
    const message = freshMessage();
    const runs = [await runFor(message), await runFor(message), await runFor(message)];
    expect(runs.map(({ end }) => end.kind)).toEqual(['returned', 'returned', 'returned']);
    const [first, ...repeats] = runs.flatMap(answered);
    expect(first).toEqual({ status: 'queued', id: expect.any(String) });
    expect(repeats.map(({ id }) => id)).toEqual([first?.id, first?.id]);

    const trace = await untilConcluded(gateway.client, first?.id);
    expect(trace.outcome).toBe('sent');
    // A later message, concluded: a second copy of the earlier one would have gone before it.
    const later = answered(await runFor({}))[0];
    await untilConcluded(gateway.client, later?.id);
    const copies = gateway.sent().filter(({ to }) => to === message.recipient);
    expect(copies).toMatchObject([{ to: message.recipient, body: message.text }]);
  });

  test('its token is accepted by a gateway that requires a subject and has its secret in base64url', async () => {
    const base64 = rawKey.toString('base64');
    expect(base64).toMatch(/[+/].*=$/);
    for (const GATEWAY_SECRET of [rawKey.toString('base64url'), base64, ` ${base64}\n`]) {
      const secrets = {
        GATEWAY_URL: strictUrl,
        GATEWAY_SUBJECT: 'urn:Auth0',
        GATEWAY_SECRET,
        GATEWAY_SECRET_BASE64: 'true',
      };
      expect((await runFor({ secrets })).end).toEqual({ kind: 'returned' });
    }
    const noSubject = { GATEWAY_URL: strictUrl, GATEWAY_SECRET: base64, GATEWAY_SECRET_BASE64: 'true' };
    expect((await runFor({ secrets: noSubject })).end).toEqual(failed(/answered 401: .*GATEWAY_SUBJECT/));
    const taken = { ...noSubject, GATEWAY_SUBJECT: 'urn:Auth0', GATEWAY_SECRET_BASE64: 'false' };
    expect((await runFor({ secrets: taken })).end).toEqual(failed(/answered 401: GATEWAY_SECRET/));
  });

  test.each<[string, Play, RegExp]>([
    [
      'a wrong secret',
      { secrets: { GATEWAY_SECRET: 'another-secret-of-more-than-32-bytes' } },
      /401: GATEWAY_SECRET/,
    ],
    ['a wrong audience', { secrets: { GATEWAY_AUDIENCE: 'urn:other' } }, /401: .*GATEWAY_AUDIENCE/],
    ['a country that is not allowed', { recipient: '+447400123456' }, /403: .*destination/],
    ['a number that is none', { recipient: '+14159' }, /422: .*phone number/],
    ['a blank text', { text: ' ' }, /400: /],
  ])('%s is reported with its cause, and nothing is queued', async (_name, options, reason) => {
    const message = { ...freshMessage(), ...options };
    const run = await runFor(message);
    expect(run.end).toEqual(failed(reason));
    expect(run.answers).toHaveLength(1);
    const next = freshMessage();
    await untilConcluded(gateway.client, answered(await runFor(next))[0]?.id);
    const texts = gateway.sent().map(({ body }) => body);
    expect(texts).toContain(next.text);
    expect(texts).not.toContain(message.text);
  });

  const long = 'de-DE,de;q=0.9,en-US;q=0.8,'.repeat(200);
  test.each<[string, Fields, Fields]>([
    [
      'far too long',
      {
        request: { ip: long, language: long, user_agent: long },
        transaction: { correlation_id: long },
        client: { client_id: long },
        organization: { id: long },
      },
      { locale: long, from: long },
    ],
    [
      'no text at all',
      {
        request: { ip: 7, language: ['de'], user_agent: 5 },
        transaction: { correlation_id: 12_345 },
        client: { client_id: {} },
        organization: { id: false },
      },
      { locale: {}, from: 7 },
    ],
    ['absent', { request: null, transaction: null, client: null, organization: null }, { locale: null }],
  ])('no code is lost because an optional field is %s', async (_form, event, options) => {
    const message = freshMessage();
    const run = await runFor({ ...message, event, options });
    expect(run.end).toEqual({ kind: 'returned' });
    expect((await untilConcluded(gateway.client, answered(run)[0]?.id)).outcome).toBe('sent');
  });

  test.each([
    ['/v1/connections/unknown/sms', /404: .*GATEWAY_URL/],
    ['/', /404: .*GATEWAY_URL/],
  ])('the path %s is reported with its cause', async (path, reason) => {
    const { end } = await runFor({ secrets: { GATEWAY_URL: gateway.ingress.url + path } });
    expect(end).toEqual(failed(reason));
  });

  test('a message that the queue cannot store now is sent once when it can', async () => {
    const message = freshMessage();
    let taken: ActionRun;
    await gateway.redis.kill();
    if (handler === 'onExecuteCustomPhoneProvider') {
      const cache: ActionCache = new Map();
      expect((await runFor({ ...message, cache })).end).toEqual(retry(/answered 503: .*\/readyz/));
      await gateway.redis.restart();
      await until(async () => expect((await gateway.ingress.ready()).status).toBe(200));
      taken = await runFor({ ...message, cache });
      expect(taken.end).toEqual({ kind: 'returned' });
      expect(cache.size).toBe(0);
    } else {
      const running = runFor(message);
      await gateway.ingress.untilLog('request.completed', ({ status }) => status === 503);
      await gateway.redis.restart();
      taken = await running;
      expect(taken.end).toEqual({ kind: 'returned' });
      expect(taken.answers.length).toBeGreaterThan(1);
    }
    const { id } = answered(taken).at(-1) ?? {};
    expect((await untilConcluded(gateway.client, id)).outcome).toBe('sent');
    expect(gateway.sent().filter(({ to }) => to === message.recipient)).toHaveLength(1);
  });
});

describe.each(both)('$handler', ({ handler, failed, voice }) => {
  test('signs a token that is valid for a minute, with a subject only if one is set', async () => {
    await using server = await startScripted(200);
    await play(handler, { secrets: { GATEWAY_URL: server.url } });
    await play(handler, { secrets: { GATEWAY_URL: server.url, GATEWAY_SUBJECT: 'urn:Auth0' } });
    const tokens = server.requests.map(
      ({ headers }) => /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '',
    );
    const [plain, withSubject] = await Promise.all(
      tokens.map((token) => jwtVerify(token, new TextEncoder().encode(SECRET), { algorithms: ['HS256'] })),
    );
    const { iat = 0, jti } = plain?.payload ?? {};
    expect(plain?.protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(plain?.payload).toEqual({
      iss: 'Auth0',
      aud: AUDIENCE,
      iat,
      exp: iat + 60,
      jti: expect.any(String),
    });
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
    expect(withSubject?.payload.sub).toBe('urn:Auth0');
    expect(withSubject?.payload.jti).not.toBe(jti);
  });

  test('posts the content of the event, as JSON', async () => {
    await using server = await startScripted(200);
    const { recipient, text, code } = freshMessage();
    const run = await play(handler, {
      recipient,
      text,
      code,
      secrets: { GATEWAY_URL: server.url },
      event: {
        organization: { id: 'org_1', name: 'organization' },
        transaction: { correlation_id: 'correlation-1' },
        request: { ip: '203.0.113.9', language: 'fr', user_agent: 'M'.repeat(5000) },
      },
    });
    expect(run.end).toEqual({ kind: 'returned' });
    const isProvider = handler === 'onExecuteCustomPhoneProvider';
    expect(server.bodies()).toStrictEqual([
      {
        recipient,
        body: text,
        ...(isProvider && { sender: '+14155550100' }),
        code,
        locale: isProvider ? 'en-US' : 'fr',
        message_type: 'otp_verify',
        req: { ip: '203.0.113.9', 'user-agent': 'M'.repeat(512) },
        tenant: 'example-tenant',
        client_id: 'application-under-test',
        organization_id: 'org_1',
        correlation_id: 'correlation-1',
        requested_at: expect.any(String),
      },
    ]);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/sms',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('accepts an event with only the documented fields', async () => {
    await using server = await startScripted(200);
    const bare = {
      client: undefined,
      connection: undefined,
      organization: undefined,
      transaction: undefined,
      request: { ip: '203.0.113.9', method: 'POST', geoip: {} },
    };
    const run = await play(handler, {
      secrets: { GATEWAY_URL: server.url },
      event: bare,
      options: { from: undefined, locale: undefined },
    });
    expect(run.end).toEqual({ kind: 'returned' });
    expect(Object.keys(server.bodies()[0] ?? {}).toSorted()).toEqual([
      'body',
      'code',
      'message_type',
      'recipient',
      'req',
      'requested_at',
      'tenant',
    ]);
  });

  test.each([undefined, 'sms', 'text', 'unheard-of'])(
    'sends what is not plainly a call: %s',
    async (method) => {
      await using server = await startScripted(200);
      const options = Object.fromEntries(Object.keys(voice).map((name) => [name, method]));
      const { end } = await play(handler, { secrets: { GATEWAY_URL: server.url }, options });
      expect(end).toEqual({ kind: 'returned' });
      expect(server.requests).toHaveLength(1);
    },
  );

  test('makes no voice call, and does not call the gateway', async () => {
    await using server = await startScripted(200);
    const { end } = await play(handler, { secrets: { GATEWAY_URL: server.url }, options: voice });
    expect(end).toEqual(failed(/text messages only/));
    expect(server.requests).toEqual([]);
  });

  test.each<[string, Record<string, string | undefined>, RegExp]>([
    ['no URL', { GATEWAY_URL: undefined }, /GATEWAY_URL is not set/],
    ['an empty URL', { GATEWAY_URL: ' ' }, /GATEWAY_URL is not set/],
    ['no URL but a host', { GATEWAY_URL: 'sms.example.com/v1/sms' }, /GATEWAY_URL is not a URL/],
    ['plain HTTP', { GATEWAY_URL: 'http://sms.example.com/v1/sms' }, /GATEWAY_URL must begin with https/],
    [
      'plain HTTP to what only looks like loopback',
      { GATEWAY_URL: 'http://127.0.0.1.example.com/' },
      /GATEWAY_URL must begin with https/,
    ],
    [
      'plain HTTP to what only begins like loopback',
      { GATEWAY_URL: 'http://localhost.example.com/' },
      /GATEWAY_URL must begin with https/,
    ],
    ['another scheme', { GATEWAY_URL: 'data:text/plain,200' }, /GATEWAY_URL must begin with https/],
    [
      'a URL with a password',
      { GATEWAY_URL: `https://user:${URL_PASSWORD}@127.0.0.1/v1/sms` },
      /GATEWAY_URL must hold no user/,
    ],
    ['no secret', { GATEWAY_SECRET: undefined }, /GATEWAY_SECRET is not set/],
    ['an empty secret', { GATEWAY_SECRET: '' }, /GATEWAY_SECRET is not set/],
    ['no audience', { GATEWAY_AUDIENCE: undefined }, /GATEWAY_AUDIENCE is not set/],
    [
      'a secret that is not base64',
      { GATEWAY_SECRET: 'not base64!', GATEWAY_SECRET_BASE64: 'true' },
      /GATEWAY_SECRET is not base64url/,
    ],
    [
      'a secret of impossible length',
      { GATEWAY_SECRET: 'abcde', GATEWAY_SECRET_BASE64: 'true' },
      /GATEWAY_SECRET is not base64url/,
    ],
    [
      'neither true nor false',
      { GATEWAY_SECRET_BASE64: 'yes' },
      /GATEWAY_SECRET_BASE64 must be true or false/,
    ],
  ])('with %s says which secret to correct, and sends nothing', async (_name, secrets, reason) => {
    await using server = await startScripted(200);
    const { end } = await play(handler, { secrets: { GATEWAY_URL: server.url, ...secrets } });
    expect(end).toEqual(failed(reason));
    expect(server.requests).toEqual([]);
  });

  test('without any secrets names the first one', async () => {
    const { end } = await play(handler, { event: { secrets: undefined } });
    expect(end).toEqual(failed(/GATEWAY_URL is not set/));
  });

  test.each([301, 302, 303, 307, 308])(
    'follows no redirect: a %i carries code and token nowhere else',
    async (status) => {
      await using elsewhere = await startScripted(200);
      await using server = await startScripted((response) => {
        response.writeHead(status, { location: elsewhere.url }).end();
      });
      const { end } = await play(handler, { secrets: { GATEWAY_URL: server.url } });
      expect(end).toEqual(failed(/redirect.*GATEWAY_URL/));
      expect(elsewhere.requests).toEqual([]);
      expect(server.requests).toHaveLength(1);
    },
  );

  test.each<[number, RegExp]>([
    [201, /only 200 means sent/],
    [202, /only 200 means sent/],
    [204, /only 200 means sent/],
    [300, /only 200 means sent/],
    [304, /only 200 means sent/],
    [400, /does not understand/],
    [401, /GATEWAY_SECRET, GATEWAY_AUDIENCE or GATEWAY_SUBJECT does not match/],
    [402, /only 200 means sent/],
    [403, /do not allow the destination/],
    [404, /no such path or connection/],
    [405, /GATEWAY_URL/],
    [409, /only 200 means sent/],
    [410, /only 200 means sent/],
    [413, /too long/],
    [415, /only 200 means sent/],
    [422, /not a possible phone number/],
    [451, /only 200 means sent/],
    [600, /./],
  ])('treats %i as a failure that a retry would not change', async (status, advice) => {
    await using server = await startScripted(status);
    const { end } = await play(handler, { secrets: { GATEWAY_URL: server.url } });
    expect(end).toEqual(failed(`The gateway answered ${status}: `));
    expect(end).toEqual(failed(advice));
    expect(server.requests).toHaveLength(1);
  });
});

describe('a custom phone provider', () => {
  const handler = 'onExecuteCustomPhoneProvider';
  const playAt = (url: string, options: Play = {}) =>
    play(handler, { ...options, secrets: { GATEWAY_URL: url, ...options.secrets } });

  beforeEach(() => () => void vi.useRealTimers());
  /** Moves the clock of the Action and of its cache; everything else goes on as ever. */
  const atSecond = (second: number) => void vi.setSystemTime(Date.UTC(2026, 8, 1) + second * 1000);
  const stopClock = () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    atSecond(0);
  };

  test.each([408, 429, 500, 502, 503, 504, 599])('asks Auth0 to retry after a %i', async (status) => {
    await using server = await startScripted(status);
    expect((await playAt(server.url)).end).toEqual(retry(`The gateway answered ${status}: `));
    expect(server.requests).toHaveLength(1);
  });

  test('asks Auth0 to retry if nothing listens, and names the error', async () => {
    const { end } = await playAt(refusingUrl());
    expect(end).toEqual(retry(/could not be reached \(ECONNREFUSED\)/));
  });

  test.each(['localhost', '127.0.0.2', '[::1]'])(
    'takes plain HTTP to %s, which nobody overhears',
    async (host) => {
      const { end } = await playAt(refusingUrl().replace('127.0.0.1', host));
      expect(end).toEqual(retry(/could not be reached/));
    },
  );

  test('asks Auth0 to retry if the connection breaks', async () => {
    await using server = await startScripted((response) => void response.socket?.resetAndDestroy());
    expect((await playAt(server.url)).end).toEqual(retry(/could not be reached \([A-Z_]+\)/));
  });

  test('sends an unknown kind of message if it has a text', async () => {
    await using server = await startScripted(200);
    const { end } = await playAt(server.url, { options: { message_type: 'a_new_type', code: undefined } });
    expect(end).toEqual({ kind: 'returned' });
    expect(server.bodies()).toMatchObject([{ message_type: 'a_new_type' }]);
  });

  test('drops an event of unknown form, because what Auth0 does after a throw is undocumented', async () => {
    const { end } = await playAt('http://127.0.0.1:1/', { event: { notification: undefined } });
    expect(end).toEqual(dropped(/form/));
  });

  test('sends the time of the first try with every try', async () => {
    await using server = await startScripted(503, 503, 200);
    stopClock();
    const cache: ActionCache = new Map();
    const message = freshMessage();
    for (const second of [5, 65, 125]) {
      atSecond(second);
      await playAt(server.url, { ...message, cache });
    }
    expect(server.bodies().map((body) => body['requested_at'])).toEqual(
      Array.from({ length: 3 }, () => '2026-09-01T00:00:05.000Z'),
    );
  });

  test('gives a retry the same key and a new token', async () => {
    await using server = await startScripted(503, 503, 200);
    const cache: ActionCache = new Map();
    const message = freshMessage();
    const ends = [];
    for (let number = 0; number < 3; number += 1)
      ends.push((await playAt(server.url, { ...message, cache })).end.kind);
    expect(ends).toEqual(['retry', 'retry', 'returned']);
    expect(new Set(server.keys()).size).toBe(1);
    expect(new Set(server.requests.map((request) => claimsOf(request).jti)).size).toBe(3);
  });

  test('derives a key that only a repeat of the message has, and that reveals nothing', async () => {
    await using server = await startScripted(200);
    const message = { recipient: '+14155550123', text: 'Your code is 48151623', code: '48151623' };
    const same: Play[] = [message, message];
    const others: Play[] = [
      { ...message, code: '48151624' },
      { ...message, recipient: '+14155550124' },
      { ...message, event: { tenant: { id: 'other-tenant' } } },
      { ...message, code: '48151623', secrets: { GATEWAY_SECRET: 'another-secret-of-more-than-32-bytes' } },
      { ...message, options: { message_type: 'otp_enroll' } },
      { ...message, text: 'Votre code : 48151623' },
      // Without a code the text is what differs.
      { ...message, options: { code: undefined } },
      { ...message, text: 'Another text', options: { code: undefined } },
      { ...message, text: 'A third text', options: { code: '' } },
      { ...message, text: 'A fourth text', options: { code: '' } },
    ];
    for (const options of [...same, ...others]) {
      await play(handler, { ...options, secrets: { GATEWAY_URL: server.url, ...options.secrets } });
    }
    const [key, repeated, ...rest] = server.keys();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(repeated).toBe(key);
    expect(rest).toHaveLength(others.length);
    expect(new Set([key, ...rest]).size).toBe(others.length + 1);
  });

  test.each(['', ' ', ',', '.', ':', '|', '\n', '","'])(
    'tells messages apart that joined by "%s" would read the same',
    async (separator) => {
      await using server = await startScripted(200);
      const secrets = { GATEWAY_URL: server.url };
      const tail = '55550123';
      const message = { text: 'Your code is 48151623', code: '48151623', secrets };
      await play(handler, {
        ...message,
        recipient: `+141${separator}${tail}`,
        event: { tenant: { id: 'tenant' } },
      });
      await play(handler, {
        ...message,
        recipient: tail,
        event: { tenant: { id: `tenant${separator}+141` } },
      });
      const keys = server.keys();
      expect(keys).toHaveLength(2);
      expect(new Set(keys).size).toBe(2);
    },
  );

  describe('with a code that expires', () => {
    test('retries for 180 s after the first try, then drops it without calling the gateway', async () => {
      await using server = await startScripted(503);
      stopClock();
      const cache: ActionCache = new Map();
      const message = freshMessage();
      const kinds = [];
      for (const second of [0, 60, 179]) {
        atSecond(second);
        kinds.push((await playAt(server.url, { ...message, cache })).end.kind);
      }
      expect(kinds).toEqual(['retry', 'retry', 'retry']);
      expect([...cache.keys()].map((key) => Buffer.byteLength(key) <= 64)).toEqual([true]);

      atSecond(180);
      expect((await playAt(server.url, { ...message, cache })).end).toEqual(
        dropped(/code expired before this try/),
      );
      expect(server.requests).toHaveLength(3);
      expect(cache.size).toBe(0);
    });

    test('remembers the first try as long as Auth0 may retry, not only while the code is valid', async () => {
      await using server = await startScripted(503);
      stopClock();
      const cache: ActionCache = new Map();
      const message = freshMessage();
      await playAt(server.url, { ...message, cache });
      atSecond(180 + 14 * 60);
      expect((await playAt(server.url, { ...message, cache })).end).toEqual(
        dropped(/expired before this try/),
      );
      expect(server.requests).toHaveLength(1);
    });

    test('drops it if it expired during the call', async () => {
      stopClock();
      await using server = await startScripted((response) => {
        atSecond(181);
        response.writeHead(503).end();
      });
      expect((await playAt(server.url)).end).toEqual(dropped(/503.*code expires before another try/));
    });

    test('uses CODE_TTL_SECONDS', async () => {
      await using server = await startScripted(503);
      stopClock();
      const secrets = { CODE_TTL_SECONDS: '300' };
      const cache: ActionCache = new Map();
      const message = freshMessage();
      const runAt = async (second: number) => {
        atSecond(second);
        return (await playAt(server.url, { ...message, cache, secrets })).end;
      };
      expect((await runAt(0)).kind).toBe('retry');
      expect((await runAt(299)).kind).toBe('retry');
      expect(await runAt(300)).toEqual(dropped(/expired/));
    });

    test('asks the cache for at most the 24 h that it allows', async () => {
      await using server = await startScripted(503);
      stopClock();
      const cache: ActionCache = new Map();
      await playAt(server.url, { cache, secrets: { CODE_TTL_SECONDS: '86400' } });
      expect([...cache.values()].map((record) => record.expires_at - Date.now())).toEqual([86_400_000]);
    });

    test.each(['0', '-1', '1.5', '3m', '86401', '999999'])(
      'refuses a CODE_TTL_SECONDS of %s',
      async (given) => {
        await using server = await startScripted(200);
        const { end } = await playAt(server.url, { secrets: { CODE_TTL_SECONDS: given } });
        expect(end).toEqual(dropped(/CODE_TTL_SECONDS must be whole seconds/));
        expect(server.requests).toEqual([]);
      },
    );

    test.each<[string, number, 'retry' | 'dropped']>([
      ['0', 0, 'retry'],
      ['100', 0, 'retry'],
      ['179', 0, 'retry'],
      ['180', 0, 'dropped'],
      ['3600', 0, 'dropped'],
      ['100', 79, 'retry'],
      ['100', 80, 'dropped'],
      ['Tue, 01 Sep 2026 00:02:59 GMT', 0, 'retry'],
      ['Tue, 01 Sep 2026 00:03:00 GMT', 0, 'dropped'],
      ['Tue, 01 Sep 2026 00:02:59 GMT', 100, 'retry'],
      ['Mon, 31 Aug 2026 00:00:00 GMT', 0, 'retry'],
      ['soon', 0, 'retry'],
    ])('with "Retry-After: %s", %i s after the first sight: %s', async (retryAfter, second, kind) => {
      await using server = await startScripted(503, { status: 429, retryAfter }, { status: 503, retryAfter });
      stopClock();
      const cache: ActionCache = new Map();
      const message = freshMessage();
      await playAt(server.url, { ...message, cache });
      atSecond(second);
      const ends = [];
      for (let number = 0; number < 2; number += 1) {
        const of = new Map(cache);
        ends.push((await playAt(server.url, { ...message, cache: of })).end);
      }
      expect(ends.map((end) => end.kind)).toEqual([kind, kind]);
      expect(ends.map(whyOf)).toEqual([expect.stringContaining('429'), expect.stringContaining('503')]);
      expect(server.requests).toHaveLength(3);
    });

    test('knows the age of more codes than the cache has records', async () => {
      await using server = await startScripted(503);
      stopClock();
      const cache: ActionCache = new Map();
      const messages = Array.from({ length: 200 }, freshMessage);
      const playAll = async () => {
        const kinds = new Set<string>();
        for (const message of messages) kinds.add((await playAt(server.url, { ...message, cache })).end.kind);
        return [...kinds];
      };
      expect(await playAll()).toEqual(['retry']);
      atSecond(120);
      expect(await playAll()).toEqual(['retry']);
      expect(new Set(server.bodies().map((body) => body['requested_at']))).toEqual(
        new Set(['2026-09-01T00:00:00.000Z']),
      );
      atSecond(180);
      expect(await playAll()).toEqual(['dropped']);
      expect(cache.size).toBe(0);
    });

    test('distinguishes notifications', async () => {
      await using server = await startScripted(503);
      stopClock();
      const cache: ActionCache = new Map();
      const message = freshMessage();
      await playAt(server.url, { ...message, cache });
      atSecond(170);
      await playAt(server.url, { ...message, code: '000000', cache });
      atSecond(200);
      expect((await playAt(server.url, { ...message, code: '000000', cache })).end.kind).toBe('retry');
      expect((await playAt(server.url, { ...message, cache })).end.kind).toBe('dropped');
    });

    test.each([200, 403])(
      'forgets a notification that ended with %i, so that the same text may come again',
      async (status) => {
        await using server = await startScripted(503, status, 503);
        stopClock();
        const cache: ActionCache = new Map();
        const message = { ...freshMessage(), options: { code: undefined } };
        await playAt(server.url, { ...message, cache });
        expect(cache.size).toBe(1);
        await playAt(server.url, { ...message, cache });
        expect(cache.size).toBe(0);
        atSecond(181);
        expect((await playAt(server.url, { ...message, cache })).end.kind).toBe('retry');
      },
    );
  });

  describe('with a cache that fails', () => {
    class BrokenCache extends Map<string, never> {
      override get(): never {
        throw new Error('no cache');
      }
      override has(): never {
        throw new Error('no cache');
      }
      override delete(): never {
        throw new Error('no cache');
      }
    }
    const fullCache = () =>
      new Map(
        Array.from({ length: 20 }, (_, index) => [`other-${index}`, { value: '', expires_at: Infinity }]),
      );
    /** Answers every question with what nobody wrote. */
    class StrangeCache extends Map<string, { value: string; expires_at: number }> {
      value: string;
      constructor(value: string) {
        super();
        this.value = value;
      }
      override get() {
        return { value: this.value, expires_at: Infinity };
      }
    }

    test.each<[string, () => ActionCache | 'hangs']>([
      ['throws', () => new BrokenCache()],
      ['hangs', () => 'hangs'],
      ['is full', fullCache],
      ['returns no number', () => new StrangeCache('yesterday')],
      ['returns other sightings', () => new StrangeCache('abcdefgh0mrk0000'.repeat(300))],
      ['returns nothing', () => new StrangeCache('')],
      ['returns a time to come', () => new StrangeCache(String(Date.now() + 3_600_000))],
    ])('that %s, sends and retries as usual', async (_name, cacheOf) => {
      await using server = await startScripted(200, 503, 403, { status: 503, retryAfter: '180' });
      const ends = [];
      for (let number = 0; number < 4; number += 1)
        ends.push((await playAt(server.url, { cache: cacheOf() })).end.kind);
      expect(ends).toEqual(['returned', 'retry', 'dropped', 'dropped']);
    });
  });
});

describe('MFA', () => {
  const handler = 'onExecuteSendPhoneMessage';
  const playAt = (url: string, options: Play = {}) =>
    play(handler, { ...options, secrets: { GATEWAY_URL: url, ...options.secrets } });

  test('uses a different key for each call, because the same code again is a user who asks again', async () => {
    await using server = await startScripted(200);
    const message = { recipient: '+14155550123', text: 'Your code is 48151623', code: '48151623' };
    await playAt(server.url, message);
    await playAt(server.url, message);
    const keys = server.keys();
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^[\da-f-]{36}$/);
  });

  test('distinguishes an enrolment from a second factor', async () => {
    await using server = await startScripted(200);
    await playAt(server.url, { options: { action: 'enrollment' } });
    await playAt(server.url, { options: { action: 'second-factor-authentication' } });
    expect(server.bodies().map(({ message_type: type }) => type)).toEqual(['otp_enroll', 'otp_verify']);
  });

  test.each<[string, number | { status: number; retryAfter: string } | Respond]>([
    ['408', 408],
    ['500', 500],
    ['502', 502],
    ['503 with a short Retry-After', { status: 503, retryAfter: '1' }],
    ['429 with a short Retry-After', { status: 429, retryAfter: '1' }],
    ['a connection that breaks', (response) => void response.socket?.resetAndDestroy()],
  ])('retries after %s, with the same key and a new token', async (_name, step) => {
    await using server = await startScripted(step, step, 200);
    expect((await playAt(server.url)).end).toEqual({ kind: 'returned' });
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.keys()).size).toBe(1);
    expect(new Set(server.requests.map((request) => claimsOf(request).jti)).size).toBe(3);
  });

  test('waits as long as Retry-After says', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await using server = await startScripted({ status: 429, retryAfter: '2' }, 200);
    expect((await playAt(server.url)).end).toEqual({ kind: 'returned' });
    expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toContain(2000);
    timers.mockRestore();
  });

  test.each<[string, number | { status: number; retryAfter: string }]>([
    ['429 without a Retry-After', 429],
    ['429 with a long Retry-After', { status: 429, retryAfter: '60' }],
    ['503 with a long Retry-After', { status: 503, retryAfter: '60' }],
    ['503 with a far date', { status: 503, retryAfter: 'Tue, 01 Sep 2116 00:00:00 GMT' }],
  ])('does not keep a person waiting after %s', async (_name, step) => {
    await using server = await startScripted(step);
    const status = typeof step === 'number' ? step : step.status;
    expect((await playAt(server.url)).end).toEqual(threw(`The gateway answered ${status}: `));
    expect(server.requests).toHaveLength(1);
  });

  test('makes no try without enough time, and keeps the last answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using server = await startScripted((response) => {
      vi.setSystemTime(Date.now() + 14_500);
      response.writeHead(503).end();
    });
    const { end } = await playAt(server.url);
    vi.useRealTimers();
    expect(end).toEqual(threw(/answered 503/));
    expect(server.requests).toHaveLength(1);
  });

  test('throws on an event of unknown form', async () => {
    const { end } = await playAt('http://127.0.0.1:1/', { event: { message_options: undefined } });
    expect(end.kind).toBe('threw');
  });
});

describe('within the 20 s that Auth0 gives', () => {
  test('an Action finishes with a gateway that hangs, refuses or keeps failing', async () => {
    await using deaf = await startDeafServer();
    await using failing = await startScripted(503);
    const runAt = async (handler: ActionHandler, url: string) =>
      (await play(handler, { secrets: { GATEWAY_URL: url } })).end;
    const [provided, hung, refused, failed] = await Promise.all([
      runAt('onExecuteCustomPhoneProvider', deaf.url),
      runAt('onExecuteSendPhoneMessage', deaf.url),
      runAt('onExecuteSendPhoneMessage', refusingUrl()),
      runAt('onExecuteSendPhoneMessage', failing.url),
    ]);
    expect(provided).toEqual(retry(/did not answer within 15 s/));
    expect(hung).toEqual(threw(/did not answer within \d s/));
    expect(refused).toEqual(threw(/could not be reached \(ECONNREFUSED\)/));
    expect(failed).toEqual(threw(/answered 503/));
    // The one that hangs was asked more than once, and one that fails not in a rush.
    expect(deaf.sockets.length).toBeGreaterThanOrEqual(3);
    expect(failing.requests.length).toBeGreaterThan(3);
    expect(failing.requests.length).toBeLessThan(25);
    expect(new Set(failing.keys()).size).toBe(1);
  });
});
