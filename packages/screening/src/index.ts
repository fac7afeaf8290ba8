export { configuredBlockProblem, parseBlockDuration, shownDestination } from './block-request.ts';
export { type BlockRow, blockRow, blockRows } from './block-rows.ts';
export {
  type Block,
  type Blocks,
  blockNamesOf,
  createBlocks,
} from './blocks.ts';
export { describeLimits } from './connection-plans.ts';
export type { DestinationRule } from './destination.ts';
export { type RuleState, explainScreening } from './explain-screening.ts';
export { type Guard, createGuard } from './guard.ts';
export { GUARD_RULES, type GuardPlan } from './guard-plan.ts';
export { networkOf } from './network-of.ts';
export { type Refusal, type Refusals, createRefusals } from './refusals.ts';
export type { Limit, ReachedRule, RuleMode, Spend } from './rules.ts';
export { type ScreenedMessage, screenMessage } from './screen-message.ts';
export {
  type Screening,
  type ScreeningAnswer,
  type ScreeningRequest,
  type Verdict,
  createScreening,
  readVerdict,
} from './screening.ts';
export {
  type CounterShape,
  type ScreeningPlan,
  counterShape,
  createScreeningPlan,
} from './screening-plan.ts';
export { SPEND_SHAPE, spendKeys } from './spend-keys.ts';
