export { parseBlockDuration, parseBlockedDestination, shownDestination } from './block-request.ts';
export {
  BLOCKS_LUA,
  type Block,
  type Blocks,
  MAX_BLOCKED_DIGITS,
  blockNamesOf,
  createBlocks,
  parseBlock,
} from './blocks.ts';
export { type DestinationRule, screenDestination } from './destination.ts';
export { GUARD_COUNTERS, GUARD_RULES, type GuardPlan, type GuardedCode } from './guard-rules.ts';
export { type Guard, createGuard } from './guard.ts';
export { networkOf } from './network-of.ts';
export { type Refusal, type Refusals, createRefusals } from './refusals.ts';
export { type ScreenedMessage, screenMessage } from './screen-message.ts';
export {
  type Limit,
  type ReachedRule,
  type RuleMode,
  type RuleState,
  type Screening,
  type ScreeningPlan,
  type Spend,
  createScreeningPlan,
  explainScreening,
  perPlan,
  ruleOf,
  screeningArgs,
  screeningKeys,
} from './screening-plan.ts';
export { SPEND_WINDOW_MS, spendKeys } from './spend-keys.ts';
export { WINDOWED_COUNTER_LUA, counterName, shapesLua } from './windowed-counter.ts';
