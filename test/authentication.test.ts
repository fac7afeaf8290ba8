import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auth0Token, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { expectProblem } from './support/problem.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { exchangeRaw, httpRequest } from './support/raw-http.ts';

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowSeconds = () => Math.floor(Date.now() / 1000);
const CLAIMS = { iss: 'Auth0', sub: 'urn:Auth0', aud: AUDIENCE };

/** A token put together by hand, for what no library would sign. */
function craftedToken({
  header = { alg: 'HS256', typ: 'JWT' },
  claims = JSON.stringify(CLAIMS),
  hash = 'sha256',
}: {
  header?: unknown;
  claims?: string;
  hash?: string;
}): string {
  const signed = `${base64url(header)}.${Buffer.from(claims).toString('base64url')}`;
  return `${signed}.${createHmac(hash, SECRET).update(signed).digest('base64url')}`;
}

async function authorize(url: string, authorization: string | undefined) {
  const body = JSON.stringify({
    recipient: '+14155550123',
    body: `Your code is ${randomBytes(4).toString('hex')}`,
  });
  const answer = await exchangeRaw(
    url,
    httpRequest({ body, headers: { 'Content-Type': 'application/json', Authorization: authorization } }),
  );
  return { ...answer, contentType: answer.headers['content-type'] };
}

describe('with one secret and one audience', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const bearer = (token: string) => `Bearer ${token}`;
  const withClaims = async (claims: Record<string, unknown>) => bearer(await auth0Token({ claims }));
  async function tamperedToken(): Promise<string> {
    const [header, , signature] = (await auth0Token({ claims: { aud: 'urn:somebody-else' } })).split('.');
    return `${header}.${base64url(CLAIMS)}.${signature}`;
  }
  /** Its signature has a character that the two alphabets of base64 write differently. */
  function tokenWithBothAlphabets(): string {
    for (let jti = 0; ; jti += 1) {
      const token = craftedToken({ claims: JSON.stringify({ ...CLAIMS, jti }) });
      if (/[-_][^.]*$/.test(token)) return token;
    }
  }
  const rsaToken = () =>
    new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256' })
      .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

  test.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['no Authorization header', () => undefined],
    ['an empty Authorization header', () => ''],
    ['a scheme without a token', () => 'Bearer'],
    ['a scheme and a blank', () => 'Bearer '],
    ['another scheme', async () => `Basic ${await auth0Token()}`],
    ['a token without a scheme', () => auth0Token()],
    ['two tokens', async () => `Bearer ${await auth0Token()} ${await auth0Token()}`],
    ['a token list', async () => `Bearer ${await auth0Token()}, Bearer ${await auth0Token()}`],
    ['no JWT', () => bearer('no.jwt.atall')],
    ['one part', () => bearer('abc')],
    ['five parts', () => bearer('a.b.c.d.e')],
    ['a JWT cut off', async () => bearer((await auth0Token()).slice(0, -4))],
    ['a JWT without its signature', async () => bearer((await auth0Token()).replace(/[^.]+$/, ''))],
    [
      'the wrong secret',
      async () => bearer(await auth0Token({ secret: 'another-secret-of-more-than-32-bytes-length' })),
    ],
    ['the secret with a blank', async () => bearer(await auth0Token({ secret: `${SECRET} ` }))],
    ['alg none without a signature', () => bearer(`${base64url({ alg: 'none' })}.${base64url(CLAIMS)}.`)],
    ['alg None in another case', () => bearer(craftedToken({ header: { alg: 'nOnE' } }))],
    ['alg none with a valid signature', () => bearer(craftedToken({ header: { alg: 'none' } }))],
    ['no alg', () => bearer(craftedToken({ header: { typ: 'JWT' } }))],
    ['alg in lower case', () => bearer(craftedToken({ header: { alg: 'hs256' } }))],
    ['a list of algs', () => bearer(craftedToken({ header: { alg: ['HS256'] } }))],
    ['HS384', () => bearer(craftedToken({ header: { alg: 'HS384' }, hash: 'sha384' }))],
    ['HS512', () => bearer(craftedToken({ header: { alg: 'HS512' }, hash: 'sha512' }))],
    ['RS256', async () => bearer(await rsaToken())],
    ['a header of RS256 over an HMAC', () => bearer(craftedToken({ header: { alg: 'RS256' } }))],
    ['a critical extension', () => bearer(craftedToken({ header: { alg: 'HS256', crit: ['exp'], exp: 1 } }))],
    [
      'a key of its own',
      () =>
        bearer(craftedToken({ header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, hash: 'sha512' })),
    ],
    [
      'a signature in the standard alphabet',
      () => bearer(tokenWithBothAlphabets().replaceAll('-', '+').replaceAll('_', '/')),
    ],
    ['a signature with more behind it', async () => `${bearer(await auth0Token())}A`],
    [
      'a signature that is only the beginning',
      async () => bearer((await auth0Token()).replace(/.{20}$/, '')),
    ],
    ['claims that were changed after signing', async () => bearer(await tamperedToken())],
    ['claims that are not JSON', () => bearer(craftedToken({ claims: 'aud' }))],
    ['claims that are a list', () => bearer(craftedToken({ claims: JSON.stringify([CLAIMS]) }))],
    ['claims that are null', () => bearer(craftedToken({ claims: 'null' }))],
    ['another audience', () => withClaims({ aud: 'urn:somebody-else' })],
    ['a list of other audiences', () => withClaims({ aud: ['urn:a', 'urn:b'] })],
    ['an empty list of audiences', () => withClaims({ aud: [] })],
    ['an audience in another case', () => withClaims({ aud: AUDIENCE.toUpperCase() })],
    ['an audience that only begins alike', () => withClaims({ aud: `${AUDIENCE}.evil` })],
    ['an audience that is a number', () => withClaims({ aud: 5 })],
    ['an audience that is null', () => withClaims({ aud: null })],
    ['no audience', () => withClaims({ aud: undefined })],
    ['exp 40 s ago', () => withClaims({ exp: nowSeconds() - 40 })],
    ['exp at the epoch', () => withClaims({ exp: 0 })],
    ['exp as a text', () => withClaims({ exp: String(nowSeconds() + 60) })],
    ['exp null', () => withClaims({ exp: null })],
    ['nbf in 40 s', () => withClaims({ nbf: nowSeconds() + 40 })],
    ['nbf as a text', () => withClaims({ nbf: 'now' })],
    ['iat in 40 s', () => withClaims({ iat: nowSeconds() + 40 })],
    ['iat over an hour ago', () => withClaims({ iat: nowSeconds() - 3640 })],
    ['iat in 1970', () => withClaims({ iat: 0, exp: nowSeconds() + 60 })],
    ['iat as a text', () => withClaims({ iat: '0' })],
    ['iat as a list', () => withClaims({ iat: [1] })],
    ['iat in milliseconds', () => withClaims({ iat: Date.now() })],
  ])('401 for %s', async (_title, makeAuthorization) => {
    const authorization = await makeAuthorization();

    const answer = await authorize(gateway.ingress.url, authorization);

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer\b/);
    const token = authorization?.split(' ').at(-1) ?? '';
    expectProblem(answer, 401, token.length > 10 ? [token, SECRET] : [SECRET]);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['without times', () => withClaims({})],
    [
      'with times that fit',
      () => withClaims({ iat: nowSeconds(), nbf: nowSeconds(), exp: nowSeconds() + 60 }),
    ],
    ['that has expired within the tolerance', () => withClaims({ exp: nowSeconds() - 20 })],
    ['that becomes valid within the tolerance', () => withClaims({ nbf: nowSeconds() + 20 })],
    ['that was issued in the future, within the tolerance', () => withClaims({ iat: nowSeconds() + 20 })],
    ['issued almost an hour ago', () => withClaims({ iat: nowSeconds() - 3500 })],
    ['with the audience among others', () => withClaims({ aud: ['urn:a', AUDIENCE] })],
    ['of any subject and issuer', () => withClaims({ sub: 'x', iss: 'y' })],
    ['without subject and issuer', () => withClaims({ sub: undefined, iss: undefined })],
    [
      'with a key id and without a type',
      () => bearer(craftedToken({ header: { alg: 'HS256', kid: 'any' } })),
    ],
    ['with the scheme in lower case', async () => `bearer ${await auth0Token()}`],
    ['with the scheme in capitals', async () => `BEARER ${await auth0Token()}`],
  ])('a token %s is taken', async (_title, makeAuthorization) => {
    const answer = await authorize(gateway.ingress.url, await makeAuthorization());

    expect(answer.status).toBe(200);
  });

  test.each<[string, Parameters<typeof httpRequest>[0]]>([
    ['a body that is not JSON', { body: 'nonsense' }],
    ['a body that is too large', { body: 'x'.repeat(40_000) }],
    ['a body that is no JSON type', { headers: { 'Content-Type': 'text/plain' }, body: 'nonsense' }],
    ['a body that is compressed', { headers: { 'Content-Encoding': 'gzip' }, body: 'nonsense' }],
    ['a recipient that is no number', { body: '{"recipient":"x","body":"y"}' }],
  ])('a bad token is told first: 401 also with %s', async (_title, parts) => {
    const headers = { Authorization: 'Bearer none', 'Content-Type': 'application/json', ...parts.headers };

    const answer = await exchangeRaw(gateway.ingress.url, httpRequest({ ...parts, headers }));

    expect(answer.status).toBe(401);
  });
});

test('subject and issuer are demanded where they are set', async () => {
  await using gateway = await startGateway({ env: { AUTH0_SUBJECT: 'urn:Auth0', AUTH0_ISSUER: 'Auth0' } });
  const post = async (claims: Record<string, unknown>) =>
    (await postSms(gateway.ingress.url, { token: await auth0Token({ claims }) })).status;

  expect(await post({})).toBe(200);
  expect(await post({ sub: 'urn:other' })).toBe(401);
  expect(await post({ sub: undefined })).toBe(401);
  expect(await post({ iss: 'other' })).toBe(401);
  expect(await post({ iss: undefined })).toBe(401);
  expect(await post({ iss: ['Auth0'] })).toBe(401);
});

test('during a rotation the old and the new secret are both taken, and no other', async () => {
  const [older, newer] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  await using gateway = await startGateway({ env: { AUTH0_SECRET: `${newer}, ${older}` } });
  const post = async (secret: string, claims = {}) =>
    (await postSms(gateway.ingress.url, { token: await auth0Token({ secret, claims }) })).status;

  expect(await post(newer)).toBe(200);
  expect(await post(older)).toBe(200);
  expect(await post(SECRET)).toBe(401);
  expect(await post(`${newer}, ${older}`)).toBe(401);
  expect(await post(older, { exp: nowSeconds() - 60 })).toBe(401);
});

describe('AUTH0_SECRET_BASE64=true takes a secret', () => {
  // Its base64 has both characters that the two alphabets write differently, and padding.
  const secret = Buffer.concat([Buffer.from([0xfb, 0xff, 0xbf]), randomBytes(32)]);

  test.each([
    ['in base64url', secret.toString('base64url')],
    ['in base64url with padding', `${secret.toString('base64url')}=`],
    ['in the standard alphabet with padding', secret.toString('base64')],
  ])('%s', async (_title, written) => {
    await using gateway = await startGateway({
      env: { AUTH0_SECRET: written, AUTH0_SECRET_BASE64: 'true' },
    });

    const taken = await postSms(gateway.ingress.url, { token: await auth0Token({ secret }) });
    const refused = await postSms(gateway.ingress.url, { token: await auth0Token({ secret: written }) });

    expect(taken.status).toBe(200);
    expect(refused.status).toBe(401);
  });
});

test('a short secret works, with a warning that does not show it', async () => {
  const secret = 'kurz und gut';
  await using gateway = await startGateway({ env: { AUTH0_SECRET: secret } });
  const signed = `${base64url({ alg: 'HS256' })}.${base64url(CLAIMS)}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');

  const answer = await postSms(gateway.ingress.url, { token: `${signed}.${signature}` });

  expect(answer.status).toBe(200);
  const warnings = gateway.ingress.logLines().filter(({ level }) => level === 'warn');
  expect(JSON.stringify(warnings)).toMatch(/AUTH0_SECRET.*32/);
  expect(gateway.ingress.output()).not.toContain(secret);
});
