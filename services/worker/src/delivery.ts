import type { DeliveryJob } from '@sms-gateway/contract';
import type { DeliveryFacts, FinishedAttempt, JobRelease, NextJob } from '@sms-gateway/delivery';
import type { OpenedMessage } from './open-message.ts';

/** A worker's hold on one message, as the queue granted it. */
export type Lease = {
  /** Names this lease, unlike any other. */
  holder: string;
  /** Whether the message was handed out before, and has waited since. */
  hasWaited: boolean;
  /** Aborted when the process must release its work in progress. */
  signal: AbortSignal;
  /** What was known of the message when it was taken, if it was read then. */
  facts?: DeliveryFacts | undefined;
  /** Its job, which leaves the queue together with the outcome. */
  queued?: QueuedJob | undefined;
};

/** The job of a message. */
export type QueuedJob = {
  /** What to ask for, at this moment. */
  release(): JobRelease;
  /** It has left the queue; this is the next one. */
  released(next: NextJob | undefined): void;
  isReleased(): boolean;
  /** What was known of the next one has to be read again. */
  forgetFacts(): void;
};

/** A message in progress, and its state. */
export type Delivery = {
  kind: 'in_hand';
  job: DeliveryJob;
  lease: Lease;
  /** As stored, and with `unwritten` added. */
  facts: DeliveryFacts;
  message: OpenedMessage;
  /** The latest attempt, where its end is not stored yet. */
  unwritten: FinishedAttempt | undefined;
  /** Whether the wait that an earlier decision asked for is over. */
  hasWaited: boolean;
  /** Adds what names the message. */
  log: (event: string, fields: Record<string, unknown>) => void;
};

/** What the queue should do with the message: forget it, or hand it out again after a while (milliseconds). */
export type Release = { kind: 'done' } | { kind: 'later'; delayMs: number };

export type Step = Delivery | Release;

/** A message that has its outcome, `sent`, and is sent again because a receipt says that it did not arrive. */
export function isRedelivery({ facts }: Delivery): boolean {
  return facts.outcome === 'sent';
}

/** The delivery after the end of an attempt, which is not stored yet. */
export function withEnd(
  delivery: Delivery,
  finished: FinishedAttempt,
  { hasWaited = delivery.hasWaited }: { hasWaited?: boolean } = {},
): Delivery {
  const { facts } = delivery;
  const index = finished.number - 1;
  const { receipt } = facts.attempts[index] ?? {};
  const attempts = facts.attempts.toSpliced(index, 1, { ...finished, receipt });
  return { ...delivery, facts: { ...facts, attempts }, unwritten: finished, hasWaited };
}
