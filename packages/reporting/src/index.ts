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
export { type ProcessStatus, readProcesses } from './processes.ts';
export { type Reporting, startReporting } from './start-reporting.ts';
export {
  attemptsOf,
  messageStatus,
  type MessageStatus,
  type WhyAnswer,
  type WhyAttempt,
  type WhyMessage,
} from './why/answer.ts';
export { createWhy, type Question, type Why } from './why/why.ts';
