export { type AdminServer, type Readiness, createAdminServer } from './admin.ts';
export { errorFields, scrub } from './error-fields.ts';
export { type StopSignal, closeWithin, runMain, untilSignal } from './lifecycle.ts';
export { ListenError, listen } from './listen.ts';
export { type Logger, createLogger } from './logger.ts';
export { createRegistry } from './metrics.ts';
export { watchConfig } from './watch-config.ts';
