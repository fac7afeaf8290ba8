import type { ReceiptStatus } from '@sms-gateway/contract';
import type { SendResult } from '../provider.ts';

export type SimulatedReceipt = {
  status: ReceiptStatus;
  isCurable: boolean;
  /** Milliseconds after the message was taken. */
  afterMs: number;
};

export type SimulatedBehaviour = {
  /** For developers. */
  description: string;
  /** Milliseconds until the answer; Infinity for none. */
  answerAfterMs: number;
  result: Exclude<SendResult, { kind: 'accepted' }> | { kind: 'accepted' };
  receipts: SimulatedReceipt[];
};

const ACCEPTED = { kind: 'accepted' } as const;
const receipt = (status: ReceiptStatus, afterMs: number, isCurable = false): SimulatedReceipt => ({
  status,
  isCurable,
  afterMs,
});

const behaviour = (
  description: string,
  result: SimulatedBehaviour['result'],
  receipts: SimulatedReceipt[] = [],
  answerAfterMs = 50,
): SimulatedBehaviour => ({ description, result, receipts, answerAfterMs });

/** What every number does that no row is for. */
export const DEFAULT_BEHAVIOUR = behaviour('accepted, delivered after a second', ACCEPTED, [
  receipt('sent', 300),
  receipt('delivered', 1000),
]);

/**
 * What the simulator does, by the last two digits of the recipient. Take any number with them; those of North
 * America with 555-01 before them are reserved for fiction (NANP), such as +1 415 555 0121.
 */
export const SIMULATED_NUMBERS: Readonly<Record<string, SimulatedBehaviour>> = {
  '01': behaviour('accepted after two seconds, delivered', ACCEPTED, [receipt('delivered', 1000)], 2000),
  '02': behaviour('accepted, the receipt is lost', ACCEPTED),
  '03': behaviour('accepted, the delivered receipt comes twice', ACCEPTED, [
    receipt('delivered', 500),
    receipt('delivered', 600),
  ]),
  '04': behaviour('accepted, receipts come in the wrong order', ACCEPTED, [
    receipt('delivered', 500),
    receipt('sent', 600),
  ]),
  '05': behaviour('accepted, undelivered: another provider may do better', ACCEPTED, [
    receipt('undelivered', 1000, true),
  ]),
  '06': behaviour('accepted, undelivered: nobody can do better', ACCEPTED, [receipt('undelivered', 1000)]),
  '07': behaviour('accepted, failed: another provider may do better', ACCEPTED, [
    receipt('failed', 1000, true),
  ]),
  '08': behaviour('accepted, expired on the way', ACCEPTED, [receipt('expired', 1000)]),
  '09': behaviour('accepted, the provider will never know', ACCEPTED, [receipt('unknown', 1000)]),
  '11': behaviour('rejected: the recipient cannot get it from anybody', {
    kind: 'rejected',
    code: 'simulated_rejected',
  }),
  '12': behaviour('provider fault that is known', {
    kind: 'provider_fault',
    code: 'simulated_fault',
    isRecognised: true,
  }),
  '13': behaviour('provider fault that no table knows', {
    kind: 'provider_fault',
    code: 'simulated_unrecognised',
    isRecognised: false,
  }),
  '14': behaviour('throttled, to come back after two seconds', {
    kind: 'throttled',
    code: 'simulated_throttled',
    retryAfterMs: 2000,
  }),
  '15': behaviour('throttled, without saying for how long', {
    kind: 'throttled',
    code: 'simulated_throttled',
    retryAfterMs: undefined,
  }),
  '16': behaviour('transient: certainly not sent', {
    kind: 'transient',
    code: 'simulated_transient',
    retryAfterMs: undefined,
  }),
  '17': behaviour('reset, not sent: unknown, and no receipt', { kind: 'unknown', code: 'connection_reset' }),
  '18': behaviour(
    'sent, then reset: unknown, then a delivered receipt',
    { kind: 'unknown', code: 'connection_reset' },
    [receipt('delivered', 1000)],
  ),
  '19': behaviour('silence until the call is given up', { kind: 'unknown', code: 'aborted' }, [], Infinity),
};
