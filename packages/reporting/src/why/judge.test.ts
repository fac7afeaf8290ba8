import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED, BEGUN } from '../../../../test/support/sample-trace.ts';
import { judge } from './judge.ts';

const NOW = 1_800_000_000_000;

const attempt = (rest: Partial<TraceAttempt> = {}): TraceAttempt => ({
  ...BEGUN,
  provider: 'twilio',
  begunAt: NOW,
  result: 'accepted',
  concludedAt: NOW + 100,
  ...rest,
});

const receipt = (status: NonNullable<TraceAttempt['receipt']>['status'], code?: string) => ({
  status,
  code,
  isCurable: false,
  at: NOW + 1000,
});

const trace = (rest: Partial<Trace> = {}): Trace => ({
  ...ACCEPTED,
  acceptedAt: NOW,
  deadline: NOW + 180_000,
  ...rest,
});

const failed = (code: string) => attempt({ result: 'rejected', code });

test.each<[Partial<Trace>, string, RegExp]>([
  [
    { outcome: 'failed', reason: 'twilio_21635', attempts: [failed('twilio_21635')] },
    'Twilio refused the number: the number is a landline (21635).',
    /ask the user for a mobile number/,
  ],
  [
    { outcome: 'failed', reason: 'twilio_21610', attempts: [failed('twilio_21610')] },
    'Twilio refused the number: the recipient has opted out (STOP) (21610).',
    /START/,
  ],
  [
    {
      outcome: 'failed',
      reason: 'no_provider_left',
      attempts: [
        attempt({ result: 'provider_fault', code: 'twilio_20003' }),
        attempt({ provider: 'vonage', result: 'provider_fault', code: 'vonage_9' }),
      ],
    },
    'Not sent: every provider refused it. Twilio: it does not accept the credentials (20003); Vonage: the credit is used up (9).',
    /account/,
  ],
  [{ outcome: 'failed', reason: 'blocked' }, 'Not sent: an operator has blocked this destination.', /blocks/],
  [
    {
      outcome: 'failed',
      reason: 'unknown_outcome',
      attempts: [attempt({ result: 'unknown', code: 'answer_timeout' })],
    },
    'It is not known whether it was sent: Twilio: it did not answer in time (answer_timeout).',
    /ON_UNKNOWN/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ receipt: receipt('undelivered', 'twilio_30006') })] },
    'Not delivered: Twilio accepted it, but its receipt says undelivered: the number is a landline, or its carrier does not support SMS (30006).',
    /mobile/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ receipt: receipt('delivered') })] },
    'Delivered: a receipt from Twilio says that it reached the phone.',
    /newest code/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ expectsReceipt: true, providerMessageId: 'SM1' })] },
    'Twilio accepted it; no delivery receipt has arrived.',
    /for SM1\. If no receipts arrive at all/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ provider: 'smpp:carrierA', expectsReceipt: true })] },
    'smpp:carrierA accepted it; no delivery receipt has arrived.',
    /receipt_unmatched/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ provider: 'smpp' })] },
    'The SMSC accepted it; it sends no receipts, so nothing more is known.',
    /registered_delivery/,
  ],
  [
    { outcome: 'sent', attempts: [attempt()] },
    'Twilio accepted it; it sends no receipts, so nothing more is known.',
    /PUBLIC_URL/,
  ],
  [
    { outcome: 'sent', attempts: [attempt({ provider: 'inbox', receipt: receipt('delivered') })] },
    'The development inbox has it. This provider sends no SMS.',
    /PROVIDERS/,
  ],
  [
    { outcome: 'expired', reason: 'deadline' },
    'Not sent: no worker took it before its deadline (180 s).',
    /add workers/,
  ],
  [
    {
      outcome: 'expired',
      reason: 'deadline',
      attempts: [attempt({ result: 'throttled', code: 'http_429' })],
    },
    'Not sent: no provider accepted it before its deadline (180 s). The last of one attempt: Twilio: too many requests (HTTP 429).',
    /limit/,
  ],
  [
    {
      outcome: 'failed',
      reason: 'unknown_outcome',
      attempts: [attempt({ result: 'unknown', code: 'http_200' })],
    },
    'It is not known whether it was sent: Twilio: its answer does not name the message; a proxy may have answered (HTTP 200).',
    /proxy/,
  ],
  [
    { outcome: 'superseded', reason: 'newer_code' },
    'Not sent: a newer code for the same number replaced it first.',
    /newer message/,
  ],
  [{}, 'It is waiting for a worker.', /doctor --only worker/],
  [{ attempts: [attempt({ result: undefined })] }, 'It is being sent through Twilio.', /in a moment/],
  [
    { attempts: [attempt({ result: 'transient', code: 'connect_refused' })] },
    'It is waiting for another attempt. So far: Twilio: nothing listens at its address (connect_refused).',
    /network/,
  ],
])('%j is judged', (given, verdict, advice) => {
  expect(judge(trace(given), NOW + 1000)).toEqual({ verdict, advice: expect.stringMatching(advice) });
});

test('a message without an outcome after its deadline was not taken by a worker, or was answered 503', () => {
  expect(judge(trace(), NOW + 300_000).verdict).toMatch(/^No worker took it before its deadline, or .* 503/);
});
