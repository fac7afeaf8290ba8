import { expect, test } from 'vitest';
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

test('a gateway that is not there is said to be not there', () => {
  const answer = { kind: 'unreachable', code: 'ECONNREFUSED' } as const;

  expect(sendReport({ url, answer, isSignedWithDevSecret: true }).text).toContain('npm start');
});
