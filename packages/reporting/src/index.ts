export { createLastErrors, type LastError, type LastErrors } from './last-errors.ts';
export {
  type CountryRow,
  createOverviewReader,
  type LimitRow,
  type Overview,
  type OverviewQuery,
  type ProviderRow,
  type Quantiles,
} from './overview.ts';
export {
  judgeProcesses,
  judgeTraffic,
  type Present,
  type PresentFinding,
  readPresent,
} from './present.ts';
export { type ProcessStatus, readConfiguredBlocks } from './processes.ts';
export { type Reporting, startReporting } from './start-reporting.ts';
export {
  messageStatus,
  type MessageStatus,
  type WhyAnswer,
  type WhyAttempt,
  type WhyMessage,
} from './why/answer.ts';
export { isUnattributed } from './why/unattributed.ts';
export { createWhy, type Question, type Why } from './why/why.ts';
