import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { base64url, errors, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createVerifyToken } from './verify-token.ts';

const SECRETS = ['first', 'second'].map((name) => Buffer.from(`${name}-secret-of-more-than-32-bytes-in-all`));
const [FIRST] = SECRETS as [Buffer];
const NOW_SECONDS = 1_700_000_000;
const claims = {
  audience: 'urn:test',
  issuer: 'Auth0',
  clockTolerance: 30,
  currentDate: new Date(NOW_SECONDS * 1000),
};
const CLAIMS = { aud: 'urn:test', iss: 'Auth0' };

/** `edit` changes the text of header and payload before it is signed. */
function sign(
  header: unknown,
  payload: unknown,
  { secret = FIRST, hash = 'sha256', edit = (text: string) => text } = {},
): string {
  const signed = edit([header, payload].map((part) => base64url.encode(JSON.stringify(part))).join('.'));
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** What jose says of a token, key by key. */
async function verifyWithJose(token: string): Promise<unknown> {
  let last = 'signature';
  for (const secret of SECRETS) {
    try {
      return (await jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) last = 'expired';
      else if (error instanceof errors.JWTClaimValidationFailed) last = `claim_${error.claim}`;
      else if (!(error instanceof errors.JWSSignatureVerificationFailed)) last = 'not_a_jwt';
    }
  }
  return last;
}

const verifyToken = createVerifyToken(SECRETS.map((secret) => createSecretKey(secret)));
const verify = (token: string) => verifyToken(token, claims);

describe('a token is valid exactly if it is for jose and its signature is in canonical base64url', () => {
  const time = fc.oneof(
    fc.integer({ min: NOW_SECONDS - 60, max: NOW_SECONDS + 60 }),
    fc.constantFrom<unknown>(0, -1, 1.5, 1e300, null, true, String(NOW_SECONDS), {}),
  );
  const audience = fc.constantFrom<unknown>(
    'urn:test',
    ['urn:other', 'urn:test'],
    'urn:other',
    [],
    [1],
    null,
  );
  const issuer = fc.constantFrom<unknown>('Auth0', 'auth0', '', null, ['Auth0']);
  const ofOurs = { requiredKeys: ['aud', 'iss'] as ['aud', 'iss'] };
  const payload = fc.oneof(
    fc.constant(CLAIMS),
    fc.record({ aud: fc.constant('urn:test'), iss: fc.constant('Auth0'), exp: time, nbf: time }, ofOurs),
    fc.record({ aud: audience, iss: issuer, exp: time, iat: time, sub: fc.string() }, ofOurs),
    fc.jsonValue(),
  );
  const algorithm = fc.constantFrom<unknown>('HS256', 'hs256', 'HS384', 'RS256', 'none', '', null, ['HS256']);
  const ordinary = fc.constantFrom<unknown>(
    { alg: 'HS256' },
    { typ: 'JWT', alg: 'HS256' },
    { alg: 'HS256', b64: false },
  );
  const header = fc.oneof(
    { weight: 9, arbitrary: ordinary },
    fc.record({ alg: fc.constant('HS256'), typ: fc.string(), kid: fc.string() }, { requiredKeys: ['alg'] }),
    fc.record({ alg: algorithm, typ: fc.constant('JWT') }, { requiredKeys: [] }),
    fc.jsonValue(),
  );
  const secret = fc.constantFrom(...SECRETS, ...SECRETS, Buffer.from('another'));
  const hash = fc.constantFrom('sha256', 'sha256', 'sha256', 'sha384');
  /** What is done to the text of a token, or to what is signed of it. */
  const splice = fc
    .tuple(
      fc.nat(2),
      fc.oneof(fc.nat(), fc.constantFrom(0, -1, -2, -3)),
      fc.nat(3),
      fc.constantFrom('', 'A', 'b', '9', '-', '_', '=', '+', '/', '.', '{', ' ', '\n', 'é', 'Ж', '\0'),
    )
    .map(([part, at, removed, inserted]) => (token: string) => {
      const parts = token.split('.');
      const text = parts[part] ?? '';
      const place = at < 0 ? Math.max(0, text.length + 1 + at) : at % (text.length + 1);
      parts[part] = text.slice(0, place) + inserted + text.slice(place + removed);
      return parts.join('.');
    });
  const whole = fc.constant((token: string) => token);
  const edit = fc.oneof({ arbitrary: whole, weight: 4 }, splice);
  const change = fc.oneof(
    whole,
    whole,
    splice,
    fc.nat(43).map((length) => (token: string) => token.slice(0, token.lastIndexOf('.') + 1 + length)),
    fc
      .shuffledSubarray([0, 1, 2, 2, 1])
      .map((parts) => (token: string) => parts.map((part) => token.split('.')[part]).join('.')),
  );

  test('whatever its header, claims, key and text', async () => {
    const seen = new Map<unknown, number>();
    await fc.assert(
      fc.asyncProperty(
        header,
        payload,
        fc.record({ secret, hash, edit }),
        change,
        async (head, claimed, how, changed) => {
          const token = changed(sign(head, claimed, how));
          const [ours, theirs] = [verify(token), await verifyWithJose(token)];
          const kind = typeof theirs === 'string' ? theirs : 'valid';
          seen.set(kind, (seen.get(kind) ?? 0) + 1);

          if (kind === 'valid' && isCanonical(token)) expect(ours).toEqual(theirs);
          else expect(ours).toBeTypeOf('string');
        },
      ),
      { numRuns: 3000 },
    );

    // So that they do not only agree on refusals.
    expect(seen.get('valid')).toBeGreaterThan(20);
    const faults = ['signature', 'expired', 'not_a_jwt', 'claim_aud', 'claim_iss', 'claim_nbf', 'claim_exp'];
    expect([...seen.keys()]).toEqual(expect.arrayContaining(faults));
  });

  test.each([
    ['expired', { ...CLAIMS, exp: NOW_SECONDS - 31 }],
    ['claim_aud', { ...CLAIMS, aud: 'urn:other' }],
    ['claim_iss', { aud: 'urn:test' }],
    ['claim_nbf', { ...CLAIMS, nbf: NOW_SECONDS + 31 }],
    ['claim_exp', { ...CLAIMS, exp: 'soon' }],
    ['not_a_jwt', [CLAIMS]],
  ])('and the fault is the same: %s', async (fault, body) => {
    const token = sign({ alg: 'HS256' }, body);

    expect(verify(token)).toBe(fault);
    expect(await verifyWithJose(token)).toBe(fault);
  });
});

/** jose also reads a signature with padding, or with bits in its last character that belong to no byte. */
function isCanonical(token: string): boolean {
  const signature = token.split('.')[2] ?? '';
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

describe('it is stricter than jose', () => {
  test('with a header that is longer than any caller needs', async () => {
    const token = sign({ alg: 'HS256', kid: 'k'.repeat(1000) }, CLAIMS);

    expect(await verifyWithJose(token)).toEqual(CLAIMS);
    expect(verify(token)).toBe('not_a_jwt');
  });

  test('with a signature that is not in canonical base64url', async () => {
    const token = sign({ alg: 'HS256' }, CLAIMS);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last character of 43 has two bits that are in no byte.
    const last = alphabet.indexOf(token.at(-1) ?? '');
    const sibling = token.slice(0, -1) + alphabet[last ^ 1];

    expect(await verifyWithJose(sibling)).toEqual(CLAIMS);
    expect(verify(sibling)).toBe('signature');
    expect(verify(`${token}=`)).toBe('signature');
  });

  test('with any critical extension', async () => {
    const token = sign({ alg: 'HS256', crit: ['b64'], b64: true }, CLAIMS);

    expect(await verifyWithJose(token)).toEqual(CLAIMS);
    expect(verify(token)).toBe('not_a_jwt');
  });
});

test.each([[null], [false], [0], [''], [[]], [{}], [['exp']]])(
  'a header with crit %j is refused',
  async (crit) => {
    const token = sign({ alg: 'HS256', crit, exp: 1 }, CLAIMS);

    expect(await verifyWithJose(token)).toBe('not_a_jwt');
    expect(verify(token)).toBe('not_a_jwt');
  },
);

test.each(['{', 'é', '\0', '+', '=='])('claims with %j in their base64url are refused', async (more) => {
  const token = sign({ alg: 'HS256' }, CLAIMS, { edit: (text) => text + more });

  expect(await verifyWithJose(token)).toBe('not_a_jwt');
  expect(verify(token)).toBe('not_a_jwt');
});

describe('right after a valid token with the same header', () => {
  const valid = sign({ alg: 'HS256' }, CLAIMS);
  const [header = '', payload = '', signature = ''] = valid.split('.');

  test('no other text of the signature is right', () => {
    const others = [
      ...Array.from(signature, (_, length) => signature.slice(0, length)),
      ...Array.from(signature, (_, at) => signature.slice(at + 1)),
      // The low byte of each character is right.
      ...Array.from(signature, (character, at) => {
        const wide = String.fromCharCode(character.charCodeAt(0) + 256);
        return signature.slice(0, at) + wide + signature.slice(at + 1);
      }),
      ...['=', ' ', '\n', '\0', 'A', signature].flatMap((more) => [signature + more, more + signature]),
      Buffer.from(signature, 'base64url').toString('hex'),
    ];

    expect(verify(valid)).toEqual(CLAIMS);
    expect(new Set(others.map((other) => verify(`${header}.${payload}.${other}`)))).toEqual(
      new Set(['signature']),
    );
  });

  test('a signature in the standard alphabet is wrong', () => {
    const tokens = Array.from({ length: 20 }, (_, jti) => sign({ alg: 'HS256' }, { ...CLAIMS, jti }));
    const inStandardAlphabet = tokens
      .map((token) => token.replaceAll('-', '+').replaceAll('_', '/'))
      .filter((token) => /[+/]/.test(token));

    expect(inStandardAlphabet).not.toEqual([]);
    expect(verify(valid)).toEqual(CLAIMS);
    expect(new Set(inStandardAlphabet.map(verify))).toEqual(new Set(['signature']));
  });

  test.each([
    ['an empty text', ''],
    ['the header alone', header],
    ['a text without a signature', `${header}.${payload}`],
    ['a text with a fourth part', `${valid}.`],
    ['a text of dots', '.'.repeat(16_000)],
  ])('%s is no JWT', (_title, token) => {
    expect(verify(valid)).toEqual(CLAIMS);
    expect(verify(token)).toBe('not_a_jwt');
  });

  test('an authentic token with only a part of that header is no JWT', () => {
    const cut = sign({ alg: 'HS256' }, CLAIMS, { edit: (text) => text.slice(4) });
    const begun = sign({ alg: 'HS256' }, CLAIMS, {
      edit: (text) => text.slice(0, 8) + text.slice(text.indexOf('.')),
    });

    expect(verify(valid)).toEqual(CLAIMS);
    expect([verify(cut), verify(begun)]).toEqual(['not_a_jwt', 'not_a_jwt']);
  });
});

test('a header is checked again if it differs from that of the token before', () => {
  const valid = sign({ alg: 'HS256' }, CLAIMS);

  expect(verify(valid)).toEqual(CLAIMS);
  for (const _again of [1, 2]) expect(verify(sign({ alg: 'none' }, CLAIMS))).toBe('not_a_jwt');
  expect(verify(sign({ alg: 'HS256' }, CLAIMS, { secret: Buffer.from('another') }))).toBe('signature');
  expect(verify(valid)).toEqual(CLAIMS);
});
