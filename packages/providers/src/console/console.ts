import { maskPhoneNumber, parsePhoneNumber } from '@sms-gateway/contract';
import type { Provider } from '../provider.ts';

type Options = {
  /** Gets one line for each message, newline included. */
  write?: (line: string) => void;
};

/**
 * Accepts every message and sends nothing: for trying the gateway out. Writes id and masked number, never the
 * text, so that even a demonstration leaves no code in a terminal or a log.
 */
export function createConsoleProvider({
  write = (line) => process.stdout.write(line),
}: Options = {}): Provider {
  return {
    name: 'console',
    receipts: 'none',
    async send({ id, to, validitySeconds }, signal) {
      if (signal.aborted) return { kind: 'transient', code: 'aborted', retryAfterMs: undefined };
      const number = parsePhoneNumber(to);
      const masked = number ? maskPhoneNumber(number) : `…${to.slice(-2)}`;
      write(`console: message ${id} to ${masked}, valid for ${validitySeconds} s\n`);
      return { kind: 'accepted', providerMessageId: undefined };
    },
    async close() {},
  };
}
