import type { Receipt } from '@sms-gateway/contract';
import type { Provider, SendRequest, SendResult } from '../provider.ts';
import {
  DEFAULT_BEHAVIOUR,
  SIMULATED_NUMBERS,
  type SimulatedBehaviour,
  type SimulatedReceipt,
} from './simulated-numbers.ts';

export type SimulatorOptions = {
  /** What the provider is called; `simulator` by default. */
  name?: string;
  /** Told what happens to each message that is answered, as the phone sees it, before the answer is given. */
  onAnswered?: (request: SendRequest, fate: SimulatedFate) => Promise<void>;
  /** Takes the receipts, each with the attempt it is for: a lost answer leaves no id of the provider's to know it by. */
  onReceipt: (receipt: Receipt, reference: { messageId: string; attempt: number }) => Promise<unknown>;
  /** Calls back after so many milliseconds; returns what calls that off. */
  after?: (delayMs: number, callback: () => void) => () => void;
};

/** Whether a message reaches the phone, and what the provider or its receipt says of it. */
export type SimulatedFate = { arrived: boolean; result: string };

function fateOf({ result, receipts }: SimulatedBehaviour): SimulatedFate {
  const final = receipts.find(({ status }) => status !== 'sent');
  if (final !== undefined) return { arrived: final.status === 'delivered', result: final.status };
  if (result.kind === 'accepted') return { arrived: true, result: 'accepted' };
  return { arrived: false, result: result.code };
}

function afterTimeout(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/**
 * Sends nothing, and behaves as the recipient's last two digits say (`SIMULATED_NUMBERS`): for trying out failover,
 * receipts and alarms, and for tests of one's own. The configuration refuses it where NODE_ENV is production.
 */
export function createSimulatorProvider({
  name = 'simulator',
  onReceipt,
  onAnswered,
  after = afterTimeout,
}: SimulatorOptions): Provider {
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
    name,
    receipts: 'connection',
    send: (request, signal) => {
      if (signal.aborted) return Promise.resolve(transient('aborted'));
      const { id, to, attempt = 1 } = request;
      const behaviour = SIMULATED_NUMBERS[to.slice(-2)] ?? DEFAULT_BEHAVIOUR;
      const { result, receipts, answerAfterMs } = behaviour;
      const providerMessageId = `sim_${id}_${attempt}`;
      return new Promise<SendResult>((resolve) => {
        const settle = (settled: SendResult) => {
          signal.removeEventListener('abort', abort);
          unanswered.delete(giveUp);
          resolve(settled);
        };
        const callOff = later(answerAfterMs, () => {
          const answer = () => {
            sendReceipts({ messageId: id, attempt }, providerMessageId, receipts);
            settle(result.kind === 'accepted' ? { kind: 'accepted', providerMessageId } : result);
          };
          if (onAnswered === undefined) return answer();
          const failed = () =>
            settle({ kind: 'transient', code: 'inbox_unavailable', retryAfterMs: undefined });
          onAnswered(request, fateOf(behaviour)).then(answer, failed);
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
