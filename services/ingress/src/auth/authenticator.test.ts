import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createAuthenticator } from './authenticator.ts';

const secret = new TextEncoder().encode('a-shared-secret-of-more-than-32-bytes');
const connection = { secrets: [secret], audience: 'urn:test', subject: undefined, issuer: undefined };

async function setup(claims: Record<string, unknown> = {}) {
  const clock = { nowMs: 1_000_000_000 };
  const authenticate = await createAuthenticator({ connection, now: () => clock.nowMs });
  const token = await new SignJWT({ aud: 'urn:test', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
  return { clock, token, check: (value: string) => authenticate(`Bearer ${value}`) };
}

test('a token that was verified before is refused once it has expired', async () => {
  const { clock, token, check } = await setup({ exp: 1_000_010 });
  await check(token);

  clock.nowMs += 9_000;
  await check(token);
  clock.nowMs += 32_000;

  await expect(check(token)).rejects.toMatchObject({ status: 401 });
});

test('a token that was verified before opens nothing for another one with its claims', async () => {
  const { token, check } = await setup();
  await check(token);
  const [header, claims, signature = ''] = token.split('.');
  const forged = [header, claims, signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.');

  await expect(check(forged)).rejects.toMatchObject({ status: 401 });
});

test('a refused token stays refused', async () => {
  const { token, check } = await setup({ aud: 'urn:other' });

  await expect(check(token)).rejects.toMatchObject({ status: 401 });
  await expect(check(token)).rejects.toMatchObject({ status: 401 });
});

test('any number of tokens may come', async () => {
  const { clock, check } = await setup();
  const sign = (jti: number) =>
    new SignJWT({ aud: 'urn:test', jti: String(jti), exp: 1_000_010 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
  const tokens = await Promise.all(Array.from({ length: 1500 }, (_, jti) => sign(jti)));

  for (const token of tokens) await check(token);
  clock.nowMs += 60_000;

  for (const token of [tokens[0], tokens[1499]]) {
    await expect(check(token ?? '')).rejects.toMatchObject({ status: 401 });
  }
});
