import { expect, test } from 'vitest';
import { createPaint } from '../command.ts';
import { failed, ok, skipped, warning } from './finding.ts';
import { doctorJson, doctorReport, isSound } from './report.ts';

const findings = [
  { name: 'redis', ...ok('takes messages') },
  { name: 'tls', ...warning('expires in 9 days', 'Renew it.') },
  { name: 'tls', ...failed('is for another name', 'Get another.') },
  { name: 'tenant', ...skipped('not set') },
];

test('each finding is a line with its mark, followed by the advice', () => {
  expect(doctorReport(findings, createPaint(false)).split('\n')).toEqual([
    '✓ ok       redis   takes messages',
    '! warning  tls     expires in 9 days',
    '                   → Renew it.',
    '✗ failed           is for another name',
    '                   → Get another.',
    '- skipped  tenant  not set',
    '',
    '1 failed, 1 warning, 1 ok, 1 skipped',
    '',
  ]);
});

test('the JSON is one object, in which every entry has every field', () => {
  expect(JSON.parse(doctorJson(findings))).toEqual({
    ok: false,
    checks: [
      { name: 'redis', status: 'ok', finding: 'takes messages', advice: null },
      { name: 'tls', status: 'warning', finding: 'expires in 9 days', advice: 'Renew it.' },
      { name: 'tls', status: 'failed', finding: 'is for another name', advice: 'Get another.' },
      { name: 'tenant', status: 'skipped', finding: 'not set', advice: null },
    ],
  });
});

test('warnings and skipped checks are not failures', () => {
  expect(isSound(findings)).toBe(false);
  expect(isSound(findings.filter(({ status }) => status !== 'failed'))).toBe(true);
});
