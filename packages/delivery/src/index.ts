export { JOB_OPTIONS, QUEUE_SETTINGS } from './job-options.ts';
export {
  type BeginAnswer,
  type ConcludeAnswer,
  type DeliveryStore,
  type FinishedAttempt,
  type JobRelease,
  type SettleAnswer,
  createDeliveryStore,
} from './delivery-store.ts';
export {
  createRefusalNotes,
  type HistoryEntry,
  historyHashes,
  readHistory,
  type RefusalNotes,
  type RefusedRequest,
} from './history.ts';
export { type Inbox, type InboxMessage, createInbox } from './inbox.ts';
export {
  type AcceptedMessage,
  type Producer,
  QueueUnavailableError,
  type RefusedMessage,
  type ReusedKey,
  createProducer,
} from './producer.ts';
export { type QueueCounts, readQueueCounts, registerQueueMetrics } from './queue-metrics.ts';
export type { DeliveryFacts, JobRequest, NextJob, RecordedAttempt } from './next-job.ts';
export { type Permit, type RateLimit, createRateLimit } from './rate-limit.ts';
export { createReceiptHandler, type ReceiptHandler } from './receipt-handler.ts';
export { type EnteredReceipt, type ReceiptStore, createReceiptStore } from './receipt-store.ts';
export { createSmppMemory } from './smpp-memory.ts';
export {
  type Trace,
  type TraceAttempt,
  type TraceReader,
  type TraceReceipt,
  createTraceReader,
} from './trace.ts';
