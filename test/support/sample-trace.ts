import type { Trace, TraceAttempt } from '@sms-gateway/delivery';

/** The trace of a message that was just accepted, at 1000 ms, and expires at 181,000 ms. */
export const ACCEPTED: Trace = {
  id: 'msg_1',
  connection: 'default',
  recipientHint: '+1…23',
  country: 'US',
  retiredForm: undefined,
  acceptedAt: 1000,
  deadline: 181_000,
  attempts: [],
  outcome: undefined,
  outcomeAt: undefined,
  reason: undefined,
  encoding: undefined,
  segments: undefined,
  route: undefined,
  recordedRules: [],
  requestedAt: undefined,
};

/** An attempt in progress, begun at 1020 ms. */
export const BEGUN: TraceAttempt = {
  provider: 'console',
  begunAt: 1020,
  result: undefined,
  code: undefined,
  isUnrecognised: false,
  concludedAt: undefined,
  providerMessageId: undefined,
  wasAsked: false,
  receipt: undefined,
};
