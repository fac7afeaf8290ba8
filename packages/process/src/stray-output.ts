import { formatWithOptions } from 'node:util';
import { scrub } from './error-fields.ts';
import type { Logger } from './logger.ts';

const CONSOLE_METHODS = ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const;

/**
 * Turns what Node and libraries print by themselves into log lines: warnings of the process, and everything that is
 * written with `console`. Their texts are not ours, so they are scrubbed.
 */
export function logStrayOutput(logger: Logger): void {
  // Node's own listener prints the warning.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    logger.warn({ name, detail: scrub(message) }, 'process.warning');
  });
  for (const method of CONSOLE_METHODS) {
    console[method] = (...args: unknown[]) => {
      const detail = scrub(formatWithOptions({ depth: 0, colors: false }, ...args));
      logger.warn({ method, detail }, 'process.console');
    };
  }
}
