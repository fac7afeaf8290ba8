import { defineProvider } from '../provider-descriptor.ts';

export const simulator = defineProvider({
  kind: 'simulator',
  settings: {},
  notInProduction: 'it sends nothing',
  configure: () => ({}),
  describe: () => ({}),
  async create(_options, { onReceipt }) {
    const { createSimulatorProvider } = await import('./simulator.ts');
    return createSimulatorProvider({ onReceipt });
  },
  credentials: { unchecked: 'only pretends to send, and needs no credentials' },
});
