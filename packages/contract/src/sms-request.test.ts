import { expect, test } from 'vitest';
import { noticeKind, smsRequestSchema } from './sms-request.ts';

test('no length of what only informs keeps a code from being sent', () => {
  const long = 'en-US,en;q=0.9,'.repeat(100);
  const informing = {
    req: { ip: '203.0.113.7', 'user-agent': long },
    code: long,
    locale: long,
    tenant: long,
    client_id: long,
    organization_id: long,
    correlation_id: long,
  };
  expect(smsRequestSchema.parse({ recipient: '+1', body: 'x', ...informing })).toMatchObject(informing);
});

test.each<[string, object, string | undefined]>([
  ['a legacy call, which says nothing', {}, undefined],
  ['a code', { message_type: 'otp_verify', code: '123456' }, undefined],
  ['a code whose digits are not told', { message_type: 'otp_enroll' }, undefined],
  ['any kind that has a code', { message_type: 'change_password', code: '123456' }, undefined],
  ['a notice', { message_type: 'password_breach' }, 'password_breach'],
  ['a notice with an empty code', { message_type: 'blocked_account', code: '' }, 'blocked_account'],
  ['a kind of the future', { message_type: 'of_the_future' }, 'of_the_future'],
  ['no kind', { message_type: '' }, undefined],
])('%s is told from a notice', (_title, fields, expected) => {
  expect(noticeKind(smsRequestSchema.parse({ recipient: '+1', body: 'x', ...fields }))).toBe(expected);
});
