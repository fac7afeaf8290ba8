import crypto, { createHmac } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect, test, vi } from 'vitest';
import type { ConnectionConfig } from '@sms-gateway/config';
import { createLogger } from '@sms-gateway/process';
import { base64url, type JWTPayload, SignJWT } from 'jose';
import { Registry } from 'prom-client';
import { HttpProblem } from '../http/problem.ts';
import { createIngressMetrics, type IngressMetrics } from '../metrics.ts';
import {
  type ConnectionAuthenticators,
  createConnectionAuthenticators,
} from './connection-authenticators.ts';

/** Of one HMAC (hmac.ts). */
const DIGESTS = 2;

const secretOf = (name: string) => new TextEncoder().encode(`a-shared-secret-of-more-than-32-bytes-${name}`);
const connection = (name: string, ...secrets: string[]) =>
  ({
    name,
    secrets: secrets.map(secretOf),
    audience: 'urn:test',
    subject: undefined,
    issuer: undefined,
  }) as unknown as ConnectionConfig;
const bearer = async (secret: string, claims: JWTPayload = {}) =>
  `Bearer ${await new SignJWT({ aud: 'urn:test', ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(secretOf(secret))}`;

const uncounted = { tokenBelieved: () => undefined };

function create(
  connections: ConnectionConfig[],
  lines: string[] = [],
  metrics: Pick<IngressMetrics, 'tokenBelieved'> = uncounted,
) {
  const logger = createLogger({
    service: 'test',
    level: 'warn',
    destination: { write: (line) => void lines.push(line) },
  });
  return createConnectionAuthenticators({
    connections,
    metrics,
    logger,
    now: Date.now,
  });
}

/** How often a token's signature is checked before the answer, and what that is. */
function answerTo(authenticators: ConnectionAuthenticators, name: string, authorization: string) {
  const digest = vi.spyOn(crypto, 'hash');
  syncBuiltinESMExports();
  let status = 200;
  try {
    authenticators.find(name).authenticate(authorization);
  } catch (error) {
    status = error instanceof HttpProblem ? error.status : Number.NaN;
  }
  const checks = digest.mock.calls.length / DIGESTS;
  digest.mockRestore();
  syncBuiltinESMExports();
  return { name, status, checks };
}

test('a bad token costs the same work for every connection, known or not, whatever number of secrets they have', async () => {
  const connections = [connection('one', 'a'), connection('rotating', 'b', 'c')];
  const authenticators = create(connections);
  const authorization = await bearer('of-nobody');
  const answers = () =>
    ['one', 'rotating', 'unknown'].map((name) => answerTo(authenticators, name, authorization));
  const expected = (checks: number) => [
    { name: 'one', status: 401, checks },
    { name: 'rotating', status: 401, checks },
    { name: 'unknown', status: 404, checks },
  ];

  expect(answers()).toEqual(expected(2));
  authenticators.load([connection('one', 'a'), connection('rotating', 'c')]);
  expect(answers()).toEqual(expected(1));
});

test('every secret of a connection opens it, and no other connection', async () => {
  const connections = [connection('one', 'a'), connection('rotating', 'b', 'c')];
  const authenticators = create(connections);

  for (const secret of ['b', 'c']) {
    const authorization = await bearer(secret);
    expect(answerTo(authenticators, 'rotating', authorization)).toMatchObject({ status: 200 });
    expect(answerTo(authenticators, 'one', authorization)).toMatchObject({ status: 401 });
    expect(authenticators.openedBy(authorization)).toEqual(['rotating']);
  }
});

test.each([
  ['no bytes', new Uint8Array(0)],
  ['zeros', new Uint8Array(32)],
])('what stands in for the secrets that a connection lacks cannot be guessed: %s', (_what, guess) => {
  const authenticators = create([connection('one', 'a'), connection('rotating', 'b', 'c')]);
  const signed = ['{"alg":"HS256"}', '{"aud":"urn:test"}'].map((part) => base64url.encode(part)).join('.');
  const signature = createHmac('sha256', guess).update(signed).digest('base64url');
  const authorization = `Bearer ${signed}.${signature}`;

  expect(answerTo(authenticators, 'one', authorization)).toMatchObject({ status: 401 });
  expect(() => authenticators.openedBy(authorization)).toThrow(expect.objectContaining({ status: 401 }));
});

test('with the age off, even a token of no possible age is taken', async () => {
  const metrics = createIngressMetrics({ registry: new Registry() });
  const authenticators = create([connection('one', 'a')], [], metrics);

  expect(answerTo(authenticators, 'one', await bearer('a', { iat: -1e306 }))).toMatchObject({ status: 200 });
});

test('a token is refused once its secret was removed', async () => {
  const authenticators = create([connection('one', 'old', 'new')]);
  const authorization = await bearer('old');
  expect(answerTo(authenticators, 'one', authorization)).toMatchObject({ status: 200 });

  authenticators.load([connection('one', 'new')]);

  expect(answerTo(authenticators, 'one', authorization)).toMatchObject({ status: 401 });
});

test('warns of tokens that are good for ever, once for each connection, also over a reload', async () => {
  const lines: string[] = [];
  const connections = [connection('one', 'a'), connection('two', 'b')];
  const authenticators = create(connections, lines);

  for (const _again of [1, 2]) {
    authenticators.find('one').authenticate(await bearer('a'));
    authenticators.find('two').authenticate(await bearer('b'));
    authenticators.load(connections);
  }

  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'token.endless', connection: 'one', hint: expect.stringContaining('AUTH0_REQUIRE_TOKEN_TIME') },
    { msg: 'token.endless', connection: 'two' },
  ]);
});
