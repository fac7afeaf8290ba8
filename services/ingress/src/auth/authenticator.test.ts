import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createAuthenticator } from './authenticator.ts';

const secret = new TextEncoder().encode('a-shared-secret-of-more-than-32-bytes');
const connection = {
  secrets: [secret],
  audience: 'urn:test',
  subject: undefined,
  issuer: undefined,
  maxTokenAgeMs: 3_600_000 as number | undefined,
  requiresTokenTime: false,
};
const NOW_SECONDS = 1_000_000;

async function setup(claims: Record<string, unknown> = {}, changes: Partial<typeof connection> = {}) {
  const clock = { nowMs: NOW_SECONDS * 1000 };
  const believed: { ageMs: number | undefined; isEndless: boolean }[] = [];
  const authenticate = await createAuthenticator({
    connection: { ...connection, ...changes },
    now: () => clock.nowMs,
    onBelieved: (token) => void believed.push(token),
  });
  const token = await new SignJWT({ aud: 'urn:test', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
  return { clock, believed, token, check: (value: string) => authenticate(`Bearer ${value}`) };
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

const tooOld = { status: 401, detail: expect.stringContaining('AUTH0_MAX_TOKEN_AGE') as string };

test.each([
  ['since 1970', { iat: 0 }],
  ['for a second more than allowed', { iat: NOW_SECONDS - 3600 - 31 }],
  ['though it has not expired', { iat: NOW_SECONDS - 7200, exp: NOW_SECONDS + 60 }],
])('a token that is old %s is refused, and the detail names the setting', async (_how, claims) => {
  const { token, check, believed } = await setup(claims);

  await expect(check(token)).rejects.toMatchObject(tooOld);
  expect(believed).toEqual([]);
});

test('a token that was believed is refused once it has grown too old', async () => {
  const { clock, token, check, believed } = await setup({ iat: NOW_SECONDS - 3570 });
  await check(token);

  clock.nowMs += 29_000;
  await check(token);
  clock.nowMs += 32_000;

  await expect(check(token)).rejects.toMatchObject(tooOld);
  expect(believed.map(({ ageMs }) => ageMs)).toEqual([3_570_000, 3_599_000]);
});

test('with the age off, any iat is believed, and is told to be endless', async () => {
  const { token, check, believed } = await setup({ iat: 0 }, { maxTokenAgeMs: undefined });

  await check(token);

  expect(believed).toEqual([{ ageMs: NOW_SECONDS * 1000, isEndless: true }]);
});

test.each([
  ['without times', {}, true],
  ['with iat', { iat: NOW_SECONDS }, false],
  ['with exp', { exp: NOW_SECONDS + 60 }, false],
])('a token %s is believed, and told to be endless: %s', async (_how, claims, isEndless) => {
  const { token, check, believed } = await setup(claims);

  await check(token);
  await check(token);

  expect(believed.map((each) => each.isEndless)).toEqual([isEndless, isEndless]);
});

test('where a time is demanded, an endless token is refused, and the detail names the setting', async () => {
  const { token, check } = await setup({}, { requiresTokenTime: true });
  const timed = await setup({ iat: NOW_SECONDS }, { requiresTokenTime: true });

  await expect(check(token)).rejects.toMatchObject({
    status: 401,
    detail: expect.stringContaining('AUTH0_REQUIRE_TOKEN_TIME') as string,
  });
  await timed.check(timed.token);
});
