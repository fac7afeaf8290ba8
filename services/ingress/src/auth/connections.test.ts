import { expect, test, vi } from 'vitest';
import type { ConnectionConfig } from '@sms-gateway/config';
import { SignJWT } from 'jose';
import { createGates, type Gates } from './connections.ts';
import { HttpProblem } from '../http/problem.ts';

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

/** How often a token's signature is checked before the answer, and what that is. */
async function refusalOf(gates: Gates, name: string, authorization: string) {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  try {
    const answer = await gates
      .find(name)
      .enter(authorization)
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
  const gates = await createGates({ connections, now: Date.now });
  const authorization = await bearer('of-nobody');
  const refusals = async () => [
    await refusalOf(gates, 'one', authorization),
    await refusalOf(gates, 'rotating', authorization),
    await refusalOf(gates, 'unknown', authorization),
  ];
  const expected = (checks: number) => [
    { name: 'one', status: 401, checks },
    { name: 'rotating', status: 401, checks },
    { name: 'unknown', status: 404, checks },
  ];

  expect(await refusals()).toEqual(expected(2));
  await gates.load([connection('one', 'a'), connection('rotating', 'c')]);
  expect(await refusals()).toEqual(expected(1));
});

test('every secret of a connection opens it, and no other connection', async () => {
  const connections = [connection('one', 'a'), connection('rotating', 'b', 'c')];
  const gates = await createGates({ connections, now: Date.now });

  for (const secret of ['b', 'c']) {
    expect((await gates.find('rotating').enter(await bearer(secret))).name).toBe('rotating');
    await expect(gates.find('one').enter(await bearer(secret))).rejects.toMatchObject({ status: 401 });
  }
});
