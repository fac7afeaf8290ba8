import { expect, test } from 'vitest';
import { findingOf } from './check-providers.ts';

const answered = (kind: 'accepted' | 'refused' | 'not_allowed' | 'unanswered', code: string) =>
  findingOf({
    provider: 'twilio',
    proves: 'auth token',
    settings: 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN',
    answer: { kind, code, serverTimeMs: undefined },
    skewMs: undefined,
  });

test('each answer of a provider about its credentials has its finding and advice', () => {
  expect(answered('accepted', 'http_200')).toMatchObject({
    status: 'ok',
    finding: 'twilio accepts the auth token',
  });
  expect(answered('refused', 'http_401')).toMatchObject({
    status: 'failed',
    finding: 'twilio refuses the auth token (http_401)',
    advice: expect.stringContaining('TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN'),
  });
  expect(answered('not_allowed', 'http_403')).toMatchObject({
    status: 'warning',
    advice: expect.stringContaining('limited to sending'),
  });
  expect(answered('unanswered', 'connect_timeout')).toMatchObject({
    status: 'warning',
    finding: expect.stringContaining('connect_timeout'),
  });
});

test('a provider without a harmless call is skipped, with the reason', () => {
  expect(findingOf({ provider: 'http', unchecked: 'not checked: it may send' })).toMatchObject({
    status: 'skipped',
    finding: 'http not checked: it may send',
  });
});
