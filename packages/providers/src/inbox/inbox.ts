import type { Provider } from '../provider.ts';
import { createSimulatorProvider, type SimulatorOptions } from '../simulator/simulator.ts';

export type InboxProviderOptions = Pick<SimulatorOptions, 'onReceipt' | 'after'> & {
  /** Puts the message into the developer's inbox. `arrived` is false for one that a phone would not get. */
  deliver: (message: {
    id: string;
    to: string;
    from: string | undefined;
    body: string;
    arrived: boolean;
    result: string;
  }) => Promise<void>;
};

/**
 * Delivers to the developer's inbox in place of a phone. Numbers behave as the simulator's do, so that failures,
 * delays and receipts can be tried and seen.
 */
export function createInboxProvider({ deliver, ...options }: InboxProviderOptions): Provider {
  return createSimulatorProvider({
    ...options,
    name: 'inbox',
    onAnswered: ({ id, to, from, sender, body }, fate) =>
      deliver({ id, to, from: sender ?? from, body, ...fate }),
  });
}
