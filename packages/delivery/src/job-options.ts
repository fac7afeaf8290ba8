/**
 * Delivery itself decides when to give up, so BullMQ must never end a message. This many attempts, one per second, take
 * 68 years; cjson would not preserve a larger number.
 */
export const JOB_OPTIONS = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 2 ** 31 - 1,
  backoff: { type: 'fixed', delay: 1000 },
} as const;

/** The same as enqueue.lua takes them, before a job's own options. */
export const JOB_OPTIONS_JSON = JSON.stringify(JOB_OPTIONS).slice(0, -1);

/** Entries of BullMQ's stream of events that are kept: nobody reads it, and it cannot be switched off. */
export const QUEUE_SETTINGS = { 'opts.maxLenEvents': 100 } as const;
