import { expect, test, vi } from 'vitest';
import type { ConnectionConfig } from '@sms-gateway/runtime';
import { SignJWT } from 'jose';
import { createGates, type Gates } from './gates.ts';

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

async function checksOf(gates: Gates, name: string, authorization: string): Promise<number> {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  try {
    const gate = gates.find(name);
    await (gate ? gate.authenticate(authorization).catch(() => undefined) : gates.pretend(authorization));
    return verify.mock.calls.length;
  } finally {
    verify.mockRestore();
  }
}

test('a bad token costs the same work for every connection, known or not, whatever number of secrets they have', async () => {
  const gates = await createGates({ now: Date.now });
  await gates.load([connection('one', 'a'), connection('rotating', 'b', 'c')]);
  const authorization = await bearer('of-nobody');

  for (const name of ['one', 'rotating', 'unknown'])
    expect({ name, checks: await checksOf(gates, name, authorization) }).toEqual({ name, checks: 2 });

  await gates.load([connection('one', 'a'), connection('rotating', 'c')]);
  for (const name of ['one', 'rotating', 'unknown'])
    expect({ name, checks: await checksOf(gates, name, authorization) }).toEqual({ name, checks: 1 });
});

test('every secret of a connection opens it, and no other connection', async () => {
  const gates = await createGates({ now: Date.now });
  await gates.load([connection('one', 'a'), connection('rotating', 'b', 'c')]);

  for (const secret of ['b', 'c'])
    await expect(gates.find('rotating')?.authenticate(await bearer(secret))).resolves.toBeUndefined();
  for (const secret of ['b', 'c'])
    await expect(gates.find('one')?.authenticate(await bearer(secret))).rejects.toMatchObject({
      status: 401,
    });
});
