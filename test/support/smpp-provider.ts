import type { Receipt } from '@sms-gateway/contract';
import { onTestFinished } from 'vitest';
import type { LateResult, SendRequest, SendResult } from '../../packages/providers/src/provider.ts';
import { STANDARD_DIALECT, type SmppDialect } from '../../packages/providers/src/smpp/dialect.ts';
import type { SmppEvent } from '../../packages/providers/src/smpp/events.ts';
import { packSeptets, septetsOf } from '../../packages/providers/src/smpp/gsm-alphabet.ts';
import type { PartsRecord, SmppMemory } from '../../packages/providers/src/smpp/memory.ts';
import { createSmppProvider, type SmppProviderOptions } from '../../packages/providers/src/smpp/smpp.ts';
import { REQUEST, SECRET } from './provider-conformance.ts';

export const SMS: SendRequest = { ...REQUEST, sender: undefined, receiptUrl: undefined };

type Options = Partial<Omit<SmppProviderOptions, 'dialect'>> & {
  port: number;
  host?: string;
  tls?: boolean;
  dialect?: Partial<SmppDialect>;
};

/** An SMPP provider for one test, which reconnects at once and remembers what it says. */
export function useSmppProvider({ port, host = '127.0.0.1', tls = false, dialect, ...options }: Options) {
  const receipts: Receipt[] = [];
  const late: LateResult[] = [];
  const whole: SmppEvent[] = [];
  const events: Record<string, unknown>[] = [];
  const provider = createSmppProvider({
    hosts: [{ host, port, tls }],
    systemId: 'gateway',
    password: SECRET,
    systemType: '',
    from: 'Acme',
    windowSize: 10,
    enquireIntervalMs: 30_000,
    memory: createLocalMemory(),
    onReceipt: async ({ name: _name, ...receipt }) => {
      receipts.push(receipt);
      return undefined;
    },
    onLateResult: async (result) => void late.push(result),
    onEvent: (event) => {
      whole.push(event);
      if (event.event !== 'receipt_unmatched') events.push(brief(event));
    },
    random: () => 0,
    unbindTimeoutMs: 50,
    ...options,
    dialect: { ...STANDARD_DIALECT, ...dialect },
  });
  onTestFinished(() => provider.close());
  return {
    provider: {
      ...provider,
      /** Without the names under which its receipts find a message: those have tests of their own. */
      send: async (...call: Parameters<typeof provider.send>): Promise<SendResult> => {
        const result = await provider.send(...call);
        if (result.kind !== 'accepted') return result;
        const { names: _names, ...rest } = result;
        return rest;
      },
    },
    /** As the worker gets it. */
    bare: provider,
    receipts,
    late,
    /** What happened, in short. */
    events,
    /** The same with where it happened, and what things looked like. */
    whole,
  };
}

/** A text in packed GSM-7, without a user data header. */
export function packedGsm(text: string): Buffer {
  const septets = Array.from(text).flatMap((character) => septetsOf(character) ?? []);
  return packSeptets(septets, 0);
}

function brief(event: SmppEvent): Record<string, unknown> {
  const kept = ['event', 'code', 'retryInMs'];
  return Object.fromEntries(Object.entries(event).filter(([key]) => kept.includes(key)));
}

/** What a provider remembers, for as long as the test. */
export function createLocalMemory(): SmppMemory {
  const records = new Map<string, PartsRecord & { form: string; acknowledged: Map<number, string> }>();
  const forms = new Map<string, string>();
  let reference = 0;
  return {
    openParts: async (messageId, { form, total }) => {
      const known = records.get(messageId);
      if (known?.form === form && known.total === total) return known;
      const record = { reference: ++reference, total, form, acknowledged: new Map<number, string>() };
      records.set(messageId, record);
      return record;
    },
    readParts: async (messageId) => records.get(messageId),
    noteAcknowledged: async (messageId, number, smscId) => {
      records.get(messageId)?.acknowledged.set(number, smscId);
    },
    idForm: async (scope) => forms.get(scope),
    noteIdForm: async (scope, form) => void forms.set(scope, form),
  };
}
