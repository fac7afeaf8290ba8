import type { Receipt } from '@sms-gateway/contract';
import { onTestFinished } from 'vitest';
import type { SendRequest } from '../../packages/providers/src/provider.ts';
import {
  createSmppProvider,
  type SmppEvent,
  type SmppProviderOptions,
} from '../../packages/providers/src/smpp/smpp.ts';
import { REQUEST, SECRET } from './provider-conformance.ts';

export const SMS: SendRequest = { ...REQUEST, sender: undefined, receiptUrl: undefined };

/** An SMPP provider for one test, which reconnects at once and remembers what it says. */
export function useSmppProvider(options: Partial<SmppProviderOptions> & { port: number }) {
  const receipts: Receipt[] = [];
  const events: SmppEvent[] = [];
  const provider = createSmppProvider({
    host: '127.0.0.1',
    tls: false,
    systemId: 'gateway',
    password: SECRET,
    systemType: '',
    from: 'Acme',
    windowSize: 10,
    onReceipt: async (receipt) => void receipts.push(receipt),
    onEvent: (event) => void events.push(event),
    random: () => 0,
    unbindTimeoutMs: 50,
    ...options,
  });
  onTestFinished(() => provider.close());
  return { provider, receipts, events };
}
