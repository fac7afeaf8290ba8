export { type EventLog, createEventLog } from './event-log.ts';
export { type AdminServer, type Readiness, createAdminServer } from './admin.ts';
export { errorFields } from './error-fields.ts';
export { type StopSignal, closeWithin, runMain, untilSignal } from './lifecycle.ts';
export { ListenError, listen } from './listen.ts';
export { type Logger, type LogDestination, createLogger } from './logger.ts';
export { createRegistry } from './metrics.ts';
export { type RunningService, type ServiceOptions, openService } from './service.ts';
export { type ConfigWatch, watchConfig } from './watch-config.ts';
