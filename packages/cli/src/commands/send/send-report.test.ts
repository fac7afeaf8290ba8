import { expect, test } from 'vitest';
import type { ActionEnd } from '../../tenant/run-action.ts';
import { sendReport } from './send-report.ts';

const url = 'http://127.0.0.1:8080/v1/sms';

test('a refusal shows the status, the body and the JSON that the application gets', () => {
  const report = sendReport({
    url,
    answer: { kind: 'answered', status: 403, body: '{"status":403}', durationMs: 12.3 },
    isSignedWithDevSecret: true,
  });

  expect(report.isSuccess).toBe(false);
  expect(report.text).toContain('403 after 12 ms\n{"status":403}\n');
  expect(report.text).toContain(
    '400 {"error":"sms_provider_error","error_description":"Unexpected response while calling the SMS gateway: 403"}',
  );
});

test('a 401 to the development secret says where the right one may be', () => {
  const answer = { kind: 'answered', status: 401, body: '', durationMs: 1 } as const;

  expect(sendReport({ url, answer, isSignedWithDevSecret: true }).text).toContain('its own AUTH0_SECRET');
  expect(sendReport({ url, answer, isSignedWithDevSecret: false }).text).not.toContain(
    'its own AUTH0_SECRET',
  );
});

test('an unreachable gateway is reported with a hint', () => {
  const answer = { kind: 'unreachable', code: 'ECONNREFUSED' } as const;

  expect(sendReport({ url, answer, isSignedWithDevSecret: true }).text).toContain('npm start');
});

const accepted = { kind: 'answered', status: 200, body: '{"id":"msg_1"}', durationMs: 9 } as const;
const run = (end: ActionEnd) => ({ end, logged: ['sms 503'], answers: [], durationMs: 12.3 });

test('for an Action it shows how it ended, what it logged and what Auth0 does next', () => {
  const answer = { ...accepted, status: 503 };
  const action = run({ kind: 'retry', reason: 'gateway 503' });
  const { isSuccess, text, json } = sendReport({ url, answer, action, isSignedWithDevSecret: true });

  expect(isSuccess).toBe(false);
  expect(text).toContain('The Action logged:             sms 503\n');
  expect(text).toContain('The Action ended:              retry after 12 ms\n');
  expect(text).toMatch(/^Auth0: +logs it as failed and retries up to 5 times .*: gateway 503$/m);
  expect(json.auth0).toMatchObject({ kind: 'retry', reason: 'gateway 503', logged: ['sms 503'] });
});

test('an Action that returned has sent the message if the gateway accepted it', () => {
  const action = run({ kind: 'returned' });

  expect(sendReport({ url, answer: accepted, action, isSignedWithDevSecret: true }).isSuccess).toBe(true);
  expect(sendReport({ url, answer: undefined, action, isSignedWithDevSecret: true })).toMatchObject({
    isSuccess: false,
    text: expect.stringContaining('Gateway answered:              nothing\n') as string,
    json: { gateway: null },
  });
});
