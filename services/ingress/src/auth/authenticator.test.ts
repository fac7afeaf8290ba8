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
  const authenticate = createAuthenticator({
    connection: { ...connection, ...changes },
    now: () => clock.nowMs,
    onBelieved: (token) => void believed.push(token),
  });
  const token = await new SignJWT({ aud: 'urn:test', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
  return { clock, believed, token, check: () => authenticate(`Bearer ${token}`) };
}

test('a token is refused once it has expired', async () => {
  const { clock, check } = await setup({ exp: 1_000_010 });
  check();

  clock.nowMs += 39_000;
  check();
  clock.nowMs += 1_000;

  expect(check).toThrow(expect.objectContaining({ status: 401, fault: 'expired' }));
});

const tooOld = expect.objectContaining({
  status: 401,
  detail: expect.stringContaining('AUTH0_MAX_TOKEN_AGE') as string,
});

test.each([
  ['since 1970', { iat: 0 }],
  ['for a second more than allowed', { iat: NOW_SECONDS - 3600 - 31 }],
  ['though it has not expired', { iat: NOW_SECONDS - 7200, exp: NOW_SECONDS + 60 }],
])('a token that is old %s is refused, and the detail names the setting', async (_how, claims) => {
  const { check, believed } = await setup(claims);

  expect(check).toThrow(tooOld);
  expect(believed).toEqual([]);
});

test('a token that was believed is refused once it has grown too old', async () => {
  const { clock, check, believed } = await setup({ iat: NOW_SECONDS - 3570 });
  check();

  clock.nowMs += 29_000;
  check();
  clock.nowMs += 32_000;

  expect(check).toThrow(tooOld);
  expect(believed.map(({ ageMs }) => ageMs)).toEqual([3_570_000, 3_599_000]);
});

test('with the age off, any iat is believed, and is told to be endless', async () => {
  const { check, believed } = await setup({ iat: 0 }, { maxTokenAgeMs: undefined });

  check();

  expect(believed).toEqual([{ ageMs: NOW_SECONDS * 1000, isEndless: true }]);
});

test.each([
  ['without times', {}, true],
  ['with iat', { iat: NOW_SECONDS }, false],
  ['with exp', { exp: NOW_SECONDS + 60 }, false],
])('a token %s is believed, and told to be endless: %s', async (_how, claims, isEndless) => {
  const { check, believed } = await setup(claims);

  check();
  check();

  expect(believed.map((each) => each.isEndless)).toEqual([isEndless, isEndless]);
});

test('where a time is demanded, an endless token is refused, and the detail names the setting', async () => {
  const { check } = await setup({}, { requiresTokenTime: true });
  const timed = await setup({ iat: NOW_SECONDS }, { requiresTokenTime: true });

  expect(check).toThrow(
    expect.objectContaining({
      status: 401,
      detail: expect.stringContaining('AUTH0_REQUIRE_TOKEN_TIME') as string,
    }),
  );
  timed.check();
});
