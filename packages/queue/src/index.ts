export { type Block, type Blocks, blockNamesOf, createBlocks, MAX_BLOCKED_DIGITS } from './blocks.ts';
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
export { createGuard, type Guard } from './guard.ts';
export { GUARD_COUNTERS, GUARD_RULES, type GuardedCode, type GuardPlan } from './guard-terms.ts';
export {
  createProducer,
  QueueUnavailableError,
  type AcceptedMessage,
  type Producer,
  type RefusedMessage,
} from './producer.ts';
export { createRateLimit, type Leave, type RateLimit } from './rate-limit.ts';
export { createReceiptBook, type EnteredReceipt, type ReceiptBook } from './receipt-book.ts';
export { createReceiptDesk, type ReceiptDesk } from './receipt-desk.ts';
export {
  createReceiptReferences,
  type AttemptReference,
  type ReceiptReferences,
} from './receipt-reference.ts';
export { createRefusals, type Refusal, type Refusals } from './refusals.ts';
export { type QueueCounts, readQueueCounts, registerQueueMetrics } from './queue-metrics.ts';
export { SPEND_WINDOW_MS, spendKeys } from './spend.ts';
export {
  createScreeningPlan,
  explainScreening,
  type Limit,
  type ReachedRule,
  type RuleMode,
  type RuleState,
  type Screening,
  type ScreeningPlan,
  type Spend,
} from './screening.ts';
export {
  createTraceReader,
  type Trace,
  type TraceAttempt,
  type TraceReader,
  type TraceReceipt,
} from './trace.ts';
export { untilWritten } from './until-written.ts';
export { counterName, WINDOWED_COUNTER_LUA } from './windowed-counter.ts';
export { createVault, type Payload, type Vault } from './vault.ts';
