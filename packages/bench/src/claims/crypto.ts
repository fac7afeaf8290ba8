import { randomBytes } from 'node:crypto';
import { createVault } from '@sms-gateway/queue';
import { CompactEncrypt, importJWK, jwtVerify, SignJWT } from 'jose';
import type { BenchContext } from '../bench-context.ts';
import { measureInRounds } from '../rounds.ts';
import { costTable } from './cost-table.ts';
import { measureCalls } from './measure-calls.ts';

const AUDIENCE = 'urn:bench-gateway';
const PAYLOAD = { to: '+14155550123', body: 'Your verification code is 123456' };
const HEADER = { alg: 'dir', enc: 'A256GCM', kid: 'bench', mid: 'msg_1' };

type CreateAuthenticate = (deps: {
  connection: { secrets: Uint8Array[]; audience: string };
  now: () => number;
}) => (authorization: string) => Promise<void>;

/** What the two cryptographic steps of a request cost with jose, on WebCrypto, and as the gateway does the same. */
export async function benchCrypto({ isQuick, say }: BenchContext): Promise<string> {
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
  const file = new URL('../../../../services/ingress/dist/authenticate.js', import.meta.url);
  const { createAuthenticate } = (await import(file.href)) as { createAuthenticate: CreateAuthenticate };
  const authenticate = createAuthenticate({
    connection: { secrets: [secret], audience: AUDIENCE },
    now: Date.now,
  });
  const vault = createVault({ kind: 'keys', keys: [secret] });
  const encoder = new TextEncoder();
  const claims = { algorithms: ['HS256'], audience: AUDIENCE, clockTolerance: 30 };

  const steps: [title: string, Record<string, () => Promise<unknown>>][] = [
    [
      'Checking a token, signature and claims, 64 at once',
      {
        'jose, a secret': () => jwtVerify(token, secret, claims),
        'jose, a CryptoKey': () => jwtVerify(token, verifyKey, claims),
        gateway: () => authenticate(`Bearer ${token}`),
      },
    ],
    [
      'Sealing a payload, 64 at once',
      {
        'jose, a CryptoKey': () =>
          new CompactEncrypt(encoder.encode(JSON.stringify(PAYLOAD)))
            .setProtectedHeader(HEADER)
            .encrypt(sealKey),
        gateway: () => vault.seal('msg_1', PAYLOAD),
      },
    ],
  ];

  const tables: string[] = [];
  for (const [title, ways] of steps) {
    const sides = Object.entries(ways).map(([name, call]) => ({
      name,
      measure: () => measureCalls(call, { calls: isQuick ? 10_000 : 30_000, atOnce: 64 }),
    }));
    for (const { measure } of sides) await measure();
    tables.push(costTable(title, await measureInRounds(sides, { rounds: isQuick ? 3 : 7, say })));
  }
  return tables.join('\n');
}
