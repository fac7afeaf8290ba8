import { expect, test } from 'vitest';
import { judgeTls } from './check-tls.ts';
import type { Handshake } from './tls-handshake.ts';

const NOW = Date.UTC(2026, 10, 23);
const DAY_MS = 24 * 3600 * 1000;

const judge = (more: Partial<Extract<Handshake, { kind: 'shaken' }>>) =>
  judgeTls(
    'sms.example.com',
    {
      kind: 'shaken',
      chainError: undefined,
      isHostMatched: true,
      protocol: 'TLSv1.3',
      validUntilMs: NOW + 60 * DAY_MS,
      ...more,
    },
    NOW,
  );

test('a trusted certificate for this name that is valid for long is ok', () => {
  expect(judge({})).toMatchObject([
    { status: 'ok', finding: 'sms.example.com: trusted, matches the name, TLSv1.3, valid for 60 more days' },
  ]);
});

test.each([
  [21, 'ok'],
  [20, 'warning'],
  [3, 'warning'],
  [2, 'failed'],
  [0, 'failed'],
])('%i days before expiry mean %s', (days, status) => {
  expect(judge({ validUntilMs: NOW + days * DAY_MS }).map((finding) => finding.status)).toEqual([status]);
});

test('an expired certificate is reported only as expired', () => {
  expect(judge({ validUntilMs: NOW - 1, chainError: 'CERT_HAS_EXPIRED' })).toMatchObject([
    { status: 'failed', finding: 'sms.example.com: the certificate has expired' },
  ]);
});

test('every problem is reported', () => {
  const findings = judge({ chainError: 'SELF_SIGNED_CERT', isHostMatched: false, protocol: 'TLSv1.1' });

  expect(findings.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  expect(findings.map(({ finding }) => finding).join()).toMatch(/SELF_SIGNED_CERT.*another name.*TLSv1\.1/);
});

test('a server without TLS is a failure', () => {
  expect(judgeTls('sms.example.com', { kind: 'failed', code: 'ECONNRESET' }, NOW)).toMatchObject([
    { status: 'failed', finding: 'sms.example.com: no TLS connection (ECONNRESET)' },
  ]);
});
