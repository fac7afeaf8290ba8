export { createConnectionWatch, type ConnectionWatch } from './connection-watch.ts';
export { connectRedis, isRedisCluster, type RedisClient } from './connect.ts';
export { createDurabilityCheck, type DurabilityCheck } from './durability.ts';
export {
  createDeliveryStore,
  type BeginAnswer,
  type ConcludeAnswer,
  type DeliveryFacts,
  type DeliveryStore,
  type FinishedAttempt,
  type RecordedAttempt,
} from './delivery-store.ts';
export { createIdentity, type Identity } from './identity.ts';
export { LIMITS_LUA, type Limit, type ReachedLimit } from './limits.ts';
export {
  createProducer,
  QueueUnavailableError,
  type AcceptedMessage,
  type LimitedMessage,
  type Producer,
} from './producer.ts';
export { createRateLimit, type Leave, type RateLimit } from './rate-limit.ts';
export { createReceiptBook, type EnteredReceipt, type ReceiptBook } from './receipt-book.ts';
export { createReceiptDesk, type ReceiptDesk } from './receipt-desk.ts';
export {
  createReceiptReferences,
  type AttemptReference,
  type ReceiptReferences,
} from './receipt-reference.ts';
export { registerQueueMetrics } from './queue-metrics.ts';
export {
  createTraceReader,
  type Trace,
  type TraceAttempt,
  type TraceReader,
  type TraceReceipt,
} from './trace.ts';
export { untilWritten } from './until-written.ts';
export { createVault, type Payload, type Vault } from './vault.ts';
