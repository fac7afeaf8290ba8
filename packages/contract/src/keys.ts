import type { CallerFault } from './caller-fault.ts';

/**
 * Every key of the gateway in Redis carries this hash tag, so that on a Redis Cluster all of them share one slot
 * and one script may touch several of them.
 */
export const QUEUE_PREFIX = '{gateway}';
export const QUEUE_NAME = 'sms';

/** BullMQ's own keys have these names; the others are the ids of its jobs. */
const queueKey = (name: string) => `${QUEUE_PREFIX}:${QUEUE_NAME}:${name}`;

export const gatewayKeys = {
  /** The encrypted payload of one message. */
  vault: (messageId: string) => `${QUEUE_PREFIX}:vault:${messageId}`,
  /** The newest message for one recipient on one connection (newest.lua). */
  newest: (recipientKey: string) => `${QUEUE_PREFIX}:newest:${recipientKey}`,
  /** The id and the content of the message that had an Idempotency-Key last. */
  repeat: (repeatKey: string) => `${QUEUE_PREFIX}:repeat:${repeatKey}`,
  /** The steps and times of one message, without its text or number. */
  trace: (messageId: string) => `${QUEUE_PREFIX}:trace:${messageId}`,
  /** What came for one number, or under one correlation id; `hash` is keyed and tells neither. */
  history: (hash: string) => `${QUEUE_PREFIX}:history:${hash}`,
  /** The job of a message that a provider took and whose receipt may still call for another attempt. */
  awaiting: (messageId: string) => `${QUEUE_PREFIX}:awaiting:${messageId}`,
  /** Which attempt a provider's own message id belongs to. `scope`: the provider, or what its ids are unique within. */
  providerMessage: (scope: string, providerMessageId: string) =>
    `${QUEUE_PREFIX}:provider-message:${scope}:${providerMessageId}`,
  /** Receipts that came before anybody knew their message. */
  earlyReceipts: (scope: string, providerMessageId: string) =>
    `${QUEUE_PREFIX}:early-receipts:${scope}:${providerMessageId}`,
  /** What became of the parts of one long text at one provider. */
  parts: (provider: string, messageId: string) => `${QUEUE_PREFIX}:parts:${provider}:${messageId}`,
  /** The last reference number that a provider gave the parts of a long text. */
  partsReference: (provider: string) => `${QUEUE_PREFIX}:parts-reference:${provider}`,
  /** How the receipts of each message centre write the ids of its messages. */
  smppIdForms: `${QUEUE_PREFIX}:smpp-id-forms`,
  /** What is counted of one subject lately: of a number, an address, a country and so on; `subject` tells no number. */
  counters: (scope: string, subject: string) => `${QUEUE_PREFIX}:counters:${scope}:${subject}`,
  /** That applications tell the gateway which codes proved wanted. */
  tellsVerified: (connection: string) => `${QUEUE_PREFIX}:guard:tells-verified:${connection}`,
  /** Destinations that an operator has blocked by hand. */
  blocks: `${QUEUE_PREFIX}:blocks`,
  /** The latest messages that screening refused, or would have. */
  refusals: `${QUEUE_PREFIX}:refusals`,
  /** What all processes counted within one period of time, which begins at `startedAt` (milliseconds since the epoch). */
  rollup: (period: 'minute' | 'hour', startedAt: number) => `${QUEUE_PREFIX}:rollup:${period}:${startedAt}`,
  /** What each process says of itself, by its name. */
  processes: `${QUEUE_PREFIX}:processes`,
  /** The last failed attempt of each provider. */
  lastErrors: `${QUEUE_PREFIX}:last-errors`,
  /** What the `inbox` provider delivered lately, for developers. */
  inbox: `${QUEUE_PREFIX}:inbox`,
  /** When callers of a connection last sent something malformed, in milliseconds since the epoch. */
  callerFault: (fault: CallerFault, connection: string) =>
    `${QUEUE_PREFIX}:caller-fault:${fault}:${connection}`,
  /** The shared rate limit of one provider. */
  rateLimit: (provider: string) => `${QUEUE_PREFIX}:rate-limit:${provider}`,
  /** Names the data that Redis has: another value means other data. */
  store: `${QUEUE_PREFIX}:store`,
  /** Only ever grows, about once a second: a lower value means older data. */
  storeTicks: `${QUEUE_PREFIX}:store-ticks`,
  /** Written to see whether writing works. */
  probe: `${QUEUE_PREFIX}:probe`,
  /** BullMQ's hash of a live job. */
  job: queueKey,
} as const;

/** The keys that BullMQ keeps a queue under, as far as we use them. */
export const bullmqKeys = {
  wait: queueKey('wait'),
  active: queueKey('active'),
  delayed: queueKey('delayed'),
  prioritized: queueKey('prioritized'),
  stalled: queueKey('stalled'),
  meta: queueKey('meta'),
  marker: queueKey('marker'),
  /** Before the id of a job. */
  jobPrefix: queueKey(''),
} as const;
