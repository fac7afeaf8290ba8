import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { createVault } from '@sms-gateway/privacy';
import { CompactEncrypt, importJWK, jwtVerify, SignJWT } from 'jose';
import type { BenchContext } from '../bench-context.ts';
import { measureInRounds } from '../rounds.ts';
import { table } from '../report.ts';
import { measureCalls } from './measure-calls.ts';

const VERIFY_TOKEN = new URL('../../../../services/ingress/dist/auth/verify-token.js', import.meta.url);
const AUDIENCE = 'urn:bench-gateway';
const PAYLOAD = { to: '+14155550123', body: 'Your verification code is 123456' };
const HEADER = { alg: 'dir', enc: 'A256GCM', kid: 'bench', mid: 'msg_1' };

/** Measures the two cryptographic steps of a request with jose, which uses WebCrypto, and with node:crypto. */
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
  const { createVerifyToken } = (await import(VERIFY_TOKEN.href)) as {
    createVerifyToken: (keys: readonly KeyObject[]) => (token: string, claims: object) => unknown;
  };
  const verifyToken = createVerifyToken([createSecretKey(secret)]);
  const vault = createVault({ kind: 'keys', keys: [secret] });
  const encoder = new TextEncoder();
  const claims = { audience: AUDIENCE, clockTolerance: 30 };
  const options = { algorithms: ['HS256'], ...claims };

  const steps: [title: string, Record<string, () => Promise<unknown>>][] = [
    [
      'Checking a token, signature and claims, 64 at once',
      {
        'jose, a secret': () => jwtVerify(token, secret, options),
        'jose, a CryptoKey': () => jwtVerify(token, verifyKey, options),
        'node:crypto, claims by jose (ours)': async () => {
          const verified = verifyToken(token, claims);
          if (typeof verified === 'string') throw new Error(`the token is not valid: ${verified}`);
        },
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
