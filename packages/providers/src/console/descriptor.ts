import { defineProvider } from '../provider-descriptor.ts';

export const consoleProvider = defineProvider({
  kind: 'console',
  settings: {},
  configure: () => ({}),
  describe: () => ({}),
  async create(_options, { log }) {
    const { createConsoleProvider } = await import('./console.ts');
    return createConsoleProvider({
      write: (line) => log('console.message', { detail: line.trim() }),
    });
  },
  credentials: { unchecked: 'prints messages and needs no credentials' },
});
