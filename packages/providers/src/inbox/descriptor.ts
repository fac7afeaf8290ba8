import { defineProvider } from '../provider-descriptor.ts';

export const inbox = defineProvider({
  kind: 'inbox',
  settings: {},
  notInProduction: 'it sends nothing',
  configure: () => ({}),
  describe: () => ({}),
  async create(_options, { onReceipt, deliverToInbox }) {
    const { createInboxProvider } = await import('./inbox.ts');
    return createInboxProvider({ onReceipt, deliver: deliverToInbox });
  },
  credentials: { unchecked: "delivers to the developer's inbox, and needs no credentials" },
});
