import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { createVault } from '@sms-gateway/privacy';
import { CompactEncrypt, decodeProtectedHeader, importJWK, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import type { BenchContext } from '../bench-context.ts';
import { measureInRounds } from '../rounds.ts';
import { table } from '../report.ts';
import { measureCalls } from './measure-calls.ts';

const AUDIENCE = 'urn:bench-gateway';
const PAYLOAD = { to: '+14155550123', body: 'Your verification code is 123456' };
const HEADER = { alg: 'dir', enc: 'A256GCM', kid: 'bench', mid: 'msg_1' };

/** What the two cryptographic steps of a request cost with jose, which uses WebCrypto, and with node:crypto. */
export async function benchCrypto(context: BenchContext): Promise<string> {
  const { isQuick } = context;
  const secret = randomBytes(32);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(AUDIENCE)
    .setExpirationTime('1h')
    .sign(secret);
  const [verifyKey, sealKey] = await Promise.all(
    ['HS256', 'A256GCM'].map((alg) => importJWK({ kty: 'oct', k: secret.toString('base64url'), alg })),
  );
  if (verifyKey === undefined || sealKey === undefined) throw new Error('jose imported no key');
  const key = createSecretKey(secret);
  const vault = createVault({ kind: 'keys', keys: [secret] });
  const encoder = new TextEncoder();
  const claims = { algorithms: ['HS256'], audience: AUDIENCE, clockTolerance: 30 };

  const steps: [title: string, Record<string, () => Promise<unknown>>][] = [
    [
      'Checking a token, signature and claims, 64 at once',
      {
        'jose, a secret': () => jwtVerify(token, secret, claims),
        'jose, a CryptoKey': () => jwtVerify(token, verifyKey, claims),
        'node:crypto, claims by jose (as ours)': async () => checkToken(token, key),
      },
    ],
    [
      'Sealing a payload, 64 at once',
      {
        'jose, a CryptoKey': () =>
          new CompactEncrypt(encoder.encode(JSON.stringify(PAYLOAD)))
            .setProtectedHeader(HEADER)
            .encrypt(sealKey),
        'node:crypto (ours)': async () => vault.seal(['msg_1'], PAYLOAD),
      },
    ],
  ];

  const tables: string[] = [];
  for (const [title, ways] of steps) {
    const sides = Object.entries(ways).map(([name, call]) => ({
      name,
      measure: () => measureCalls(call, { calls: isQuick ? 10_000 : 30_000, atOnce: 64 }),
    }));
    const rounds = await measureInRounds(context, sides, { warmUp: 1, rounds: isQuick ? 3 : 7 });
    tables.push(table(title, rounds, Object.keys(ways)[0]));
  }
  return tables.join('\n');
}

const UNSECURED_HEADER = Buffer.from('{"alg":"none"}').toString('base64url');

/** As the ingress does it (verify-token.ts), for one key. */
function checkToken(token: string, key: KeyObject): void {
  const [header, claims, signature = ''] = token.split('.');
  const expected = Buffer.from(createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url'));
  const actual = Buffer.from(signature);
  const isSigned = actual.length === expected.length && timingSafeEqual(actual, expected);
  if (!isSigned || decodeProtectedHeader(token).alg !== 'HS256') throw new Error('the token is not valid');
  UnsecuredJWT.decode(`${UNSECURED_HEADER}.${claims}.`, { audience: AUDIENCE, clockTolerance: 30 });
}
