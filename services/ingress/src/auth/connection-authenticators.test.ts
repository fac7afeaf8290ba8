import { expect, test, vi } from 'vitest';
import type { ConnectionConfig } from '@sms-gateway/config';
import { createLogger } from '@sms-gateway/process';
import { SignJWT } from 'jose';
import { HttpProblem } from '../http/problem.ts';
import {
  type ConnectionAuthenticators,
  createConnectionAuthenticators,
} from './connection-authenticators.ts';

const secretOf = (name: string) => new TextEncoder().encode(`a-shared-secret-of-more-than-32-bytes-${name}`);
const connection = (name: string, ...secrets: string[]) =>
  ({
    name,
    secrets: secrets.map(secretOf),
    audience: 'urn:test',
    subject: undefined,
    issuer: undefined,
  }) as unknown as ConnectionConfig;
const bearer = async (secret: string) =>
  `Bearer ${await new SignJWT({ aud: 'urn:test' }).setProtectedHeader({ alg: 'HS256' }).sign(secretOf(secret))}`;

function create(connections: ConnectionConfig[], lines: string[] = []) {
  const logger = createLogger({
    service: 'test',
    level: 'warn',
    destination: { write: (line) => void lines.push(line) },
  });
  return createConnectionAuthenticators({
    connections,
    metrics: { tokenBelieved: () => undefined },
    logger,
    now: Date.now,
  });
}

/** How often a token's signature is checked before the answer, and what that is. */
async function refusalOf(authenticators: ConnectionAuthenticators, name: string, authorization: string) {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  try {
    const answer = await authenticators
      .find(name)
      .authenticate(authorization)
      .catch((error: unknown) => error);
    return {
      name,
      status: answer instanceof HttpProblem ? answer.status : 200,
      checks: verify.mock.calls.length,
    };
  } finally {
    verify.mockRestore();
  }
}

test('a bad token costs the same work for every connection, known or not, whatever number of secrets they have', async () => {
  const connections = [connection('one', 'a'), connection('rotating', 'b', 'c')];
  const authenticators = await create(connections);
  const authorization = await bearer('of-nobody');
  const refusals = async () => [
    await refusalOf(authenticators, 'one', authorization),
    await refusalOf(authenticators, 'rotating', authorization),
    await refusalOf(authenticators, 'unknown', authorization),
  ];
  const expected = (checks: number) => [
    { name: 'one', status: 401, checks },
    { name: 'rotating', status: 401, checks },
    { name: 'unknown', status: 404, checks },
  ];

  expect(await refusals()).toEqual(expected(2));
  await authenticators.load([connection('one', 'a'), connection('rotating', 'c')]);
  expect(await refusals()).toEqual(expected(1));
});

test('every secret of a connection opens it, and no other connection', async () => {
  const connections = [connection('one', 'a'), connection('rotating', 'b', 'c')];
  const authenticators = await create(connections);

  for (const secret of ['b', 'c']) {
    expect((await authenticators.find('rotating').authenticate(await bearer(secret))).name).toBe('rotating');
    await expect(authenticators.find('one').authenticate(await bearer(secret))).rejects.toMatchObject({
      status: 401,
    });
  }
});

test('a token that was verified before is refused once its secret was removed', async () => {
  const authenticators = await create([connection('one', 'old', 'new')]);
  const authorization = await bearer('old');
  expect(await refusalOf(authenticators, 'one', authorization)).toMatchObject({ status: 200 });
  expect(await refusalOf(authenticators, 'one', authorization)).toMatchObject({ status: 200, checks: 0 });

  await authenticators.load([connection('one', 'new')]);

  expect(await refusalOf(authenticators, 'one', authorization)).toMatchObject({ status: 401 });
});

test('warns of tokens that are good for ever, once for each connection, also over a reload', async () => {
  const lines: string[] = [];
  const connections = [connection('one', 'a'), connection('two', 'b')];
  const authenticators = await create(connections, lines);

  for (const _again of [1, 2]) {
    await authenticators.find('one').authenticate(await bearer('a'));
    await authenticators.find('two').authenticate(await bearer('b'));
    await authenticators.load(connections);
  }

  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'token.endless', connection: 'one', hint: expect.stringContaining('AUTH0_REQUIRE_TOKEN_TIME') },
    { msg: 'token.endless', connection: 'two' },
  ]);
});
