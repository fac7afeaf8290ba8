import type { Receipt } from '@sms-gateway/contract';
import type { Provider, SendResult } from '../provider.ts';
import { DEFAULT_BEHAVIOUR, SIMULATED_NUMBERS, type SimulatedReceipt } from './simulated-numbers.ts';

export type SimulatorOptions = {
  /** Takes the receipts, each with the attempt it is for: a lost answer leaves no id of the provider's to know it by. */
  onReceipt: (receipt: Receipt, reference: { messageId: string; attempt: number }) => Promise<void>;
  /** Calls back after so many milliseconds; returns what calls that off. */
  after?: (delayMs: number, callback: () => void) => () => void;
};

function afterTimeout(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/**
 * Sends nothing, and behaves as the recipient's last two digits say (`SIMULATED_NUMBERS`): for trying out failover,
 * receipts and alarms, and for tests of one's own. The configuration refuses it where NODE_ENV is production.
 */
export function createSimulatorProvider({ onReceipt, after = afterTimeout }: SimulatorOptions): Provider {
  const pending = new Set<() => void>();
  const unanswered = new Set<(code: string) => void>();

  function later(delayMs: number, callback: () => void): () => void {
    if (delayMs === Infinity) return () => undefined;
    const callOff = after(delayMs, () => {
      pending.delete(cancel);
      callback();
    });
    const cancel = () => {
      pending.delete(cancel);
      callOff();
    };
    pending.add(cancel);
    return cancel;
  }

  function sendReceipts(
    reference: { messageId: string; attempt: number },
    providerMessageId: string,
    receipts: SimulatedReceipt[],
  ): void {
    for (const { status, isCurable, afterMs } of receipts) {
      const code = status === 'delivered' || status === 'sent' ? undefined : `simulated_${status}`;
      // What cannot be entered now is lost, as a receipt is that nobody repeats.
      later(afterMs, () => {
        onReceipt({ providerMessageId, status, code, isCurable }, reference).catch(() => undefined);
      });
    }
  }

  return {
    name: 'simulator',
    receipts: 'connection',
    send: ({ id, to, attempt = 1 }, signal) => {
      if (signal.aborted) return Promise.resolve(transient('aborted'));
      const { result, receipts, answerAfterMs } = SIMULATED_NUMBERS[to.slice(-2)] ?? DEFAULT_BEHAVIOUR;
      const providerMessageId = `sim_${id}_${attempt}`;
      return new Promise<SendResult>((resolve) => {
        const settle = (settled: SendResult) => {
          signal.removeEventListener('abort', abort);
          unanswered.delete(giveUp);
          resolve(settled);
        };
        const callOff = later(answerAfterMs, () => {
          sendReceipts({ messageId: id, attempt }, providerMessageId, receipts);
          settle(result.kind === 'accepted' ? { kind: 'accepted', providerMessageId } : result);
        });
        const giveUp = (code: string) => {
          callOff();
          settle({ kind: 'unknown', code });
        };
        const abort = () => giveUp('aborted');
        unanswered.add(giveUp);
        signal.addEventListener('abort', abort);
      });
    },
    close: async () => {
      for (const giveUp of unanswered) giveUp('client_closed');
      for (const cancel of pending) cancel();
    },
  };
}

function transient(code: string): SendResult {
  return { kind: 'transient', code, retryAfterMs: undefined };
}
