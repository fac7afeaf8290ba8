import type { DeliveryJob } from '@sms-gateway/contract';

/** The job of a message that was accepted at 1000 ms and expires at 181,000 ms, apart from `differences`. */
export function sampleJob(differences: Partial<DeliveryJob> = {}): DeliveryJob {
  return {
    id: 'msg_1',
    connection: 'default',
    recipientKey: 'r1',
    acceptedAt: 1000,
    deadline: 181_000,
    ...differences,
  };
}

/** Its first attempt, which Twilio accepted at 2500 ms. */
export const ACCEPTED_ATTEMPT = {
  number: 1,
  provider: 'twilio',
  result: 'accepted' as const,
  code: undefined,
  isUnrecognised: false,
  providerMessageId: 'SM1',
  wasAsked: false,
  concludedAt: 2500,
};

/** Its outcome after that attempt. */
export const SENT = {
  outcome: 'sent' as const,
  reason: 'accepted',
  at: 2500,
  holder: 'h1',
  isRedelivery: false,
  awaitsReceipt: false,
  previous: ACCEPTED_ATTEMPT,
};
