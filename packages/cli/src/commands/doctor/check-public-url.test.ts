import { expect, test } from 'vitest';
import type { ProbeResult } from '../../tenant/probe-gateway.ts';
import { judgeAddress, judgeProbes } from './check-public-url.ts';
import type { Probe } from './probe-connections.ts';

const probe = (result: ProbeResult, rest: Partial<Probe> = {}): Probe => ({
  connection: 'default',
  url: 'https://sms.example.com/v1/sms',
  secretNumber: 1,
  secretCount: 1,
  result,
  ...rest,
});
const notBelieved = (detail: string | undefined): ProbeResult => ({
  kind: 'not_believed',
  detail,
  clockSkewMs: 0,
});
const BELIEVED: ProbeResult = { kind: 'believed', clockSkewMs: 0 };

test.each([
  ['https://sms.example.com', undefined],
  ['https://8.8.8.8', undefined],
  ['http://sms.example.com', 'failed'],
  ['http://127.0.0.1:8080', 'warning'],
  ['https://localhost:8443', 'warning'],
  ['https://192.168.1.10', 'warning'],
  ['https://172.20.1.1', 'warning'],
  ['https://172.32.1.1', undefined],
  ['https://[::1]:8443', 'warning'],
  ['https://[2a00:1450::1]', undefined],
  ['https://gateway.internal', 'warning'],
])('the address %s means %s', (url, status) => {
  expect(judgeAddress(url)[0]?.status).toBe(status);
});

test('a gateway that accepts all secrets is ok, in one line', () => {
  expect(judgeProbes([probe(BELIEVED)], false)).toMatchObject([
    {
      status: 'ok',
      finding: 'https://sms.example.com/v1/sms is this gateway, and accepts the secret of default',
    },
  ]);
  const acme = { connection: 'acme', url: 'https://sms.example.com/v1/connections/acme/sms' };
  expect(judgeProbes([probe(BELIEVED), probe(BELIEVED, acme)], false)).toMatchObject([
    { finding: 'https://sms.example.com is this gateway, and accepts 2 secrets of 2 connections' },
  ]);
});

test('during a rotation, the refused secret is distinguished from the accepted one', () => {
  const findings = judgeProbes(
    [
      probe(notBelieved('no'), { secretNumber: 1, secretCount: 2 }),
      probe(BELIEVED, { secretNumber: 2, secretCount: 2 }),
    ],
    false,
  );

  expect(findings).toMatchObject([
    { status: 'failed', finding: expect.stringContaining('does not accept secret 1 of 2 of default') },
    { status: 'ok' },
  ]);
  expect(findings[0]?.advice).toContain('rotation');
});

test.each<[ProbeResult, RegExp]>([
  [notBelieved(undefined), /AUTH0_SECRET, AUTH0_AUDIENCE/],
  [notBelieved('The bearer token was issued in the future: compare the clocks.'), /time synchronisation/],
  [notBelieved('The bearer token has expired.'), /time synchronisation/],
  [notBelieved('The claim "iss" of the bearer token is not as expected.'), /"Auth0".*AUTH0_ISSUER/],
  [notBelieved('The claim "aud" of the bearer token is not as expected.'), /^(?!.*SECRET).*AUTH0_AUDIENCE/],
  [notBelieved('The claim "sub" of the bearer token is not as expected.'), /AUTH0_SUBJECT/],
  [{ kind: 'no_such_connection' }, /GATEWAY_CONFIG/],
  [{ kind: 'not_a_gateway', status: 502 }, /proxy or load balancer/],
  [{ kind: 'unreachable', code: 'ENOTFOUND' }, /DNS, firewall/],
])('%j is a failure with advice', (result, advice) => {
  expect(judgeProbes([probe(result)], false)).toMatchObject([
    { status: 'failed', advice: expect.stringMatching(advice) },
  ]);
});

test('an unreachable gateway is reported once, and with npm start how to start it', () => {
  const unreachable: ProbeResult = { kind: 'unreachable', code: 'ECONNREFUSED' };

  expect(judgeProbes([probe(unreachable), probe(unreachable)], true)).toMatchObject([
    { status: 'failed', advice: 'Start the gateway: npm start.' },
  ]);
});
