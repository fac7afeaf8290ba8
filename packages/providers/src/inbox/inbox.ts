import type { Provider } from '../provider.ts';
import type { ProviderDeps } from '../provider-descriptor.ts';
import { createSimulatorProvider, type SimulatorOptions } from '../simulator/simulator.ts';

export type InboxProviderOptions = Pick<SimulatorOptions, 'onReceipt' | 'after'> & {
  deliver: ProviderDeps['deliverToInbox'];
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
