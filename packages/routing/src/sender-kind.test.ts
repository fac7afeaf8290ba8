import { expect, test } from 'vitest';
import { senderKind } from './sender-kind.ts';

test.each([
  ['+14155550100', 'long_code'],
  ['72975', 'short_code'],
  ['Acme', 'alphanumeric'],
  ['Acme 24', 'alphanumeric'],
  ['MGroup', 'alphanumeric'],
  [`MG${'0a'.repeat(16)}`, 'messaging_service'],
  ['40385f64-5717-4562-b3fc-2c963f66afa6', 'messaging_service'],
  [`pool-${'0a'.repeat(16)}`, 'messaging_service'],
  ['pool-party', 'alphanumeric'],
  ['sender-acme', 'alphanumeric'],
  ['arn:aws:sms-voice:eu-central-1:111122223333:pool/pool-1', 'messaging_service'],
] as const)('%s is a %s', (sender, kind) => {
  expect(senderKind(sender)).toBe(kind);
});
