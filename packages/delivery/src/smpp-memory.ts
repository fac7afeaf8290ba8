import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';

/** Milliseconds: longer than any message may live, so that no part is sent again. */
const PARTS_TTL_MS = 2 * 3600 * 1000;
const REFERENCES = 65_536;

const OPEN = loadScript<{
  keys: 'parts' | 'reference';
  args: { form: string; total: number; references: number; parts_ms: number };
  answer: string[];
}>(new URL('../src/open-parts.lua', import.meta.url));

/** What one SMPP provider remembers of the parts of long texts and of its centre, for all workers. */
export function createSmppMemory({ redis, provider }: { redis: RedisClient; provider: string }) {
  const partsKey = (messageId: string) => gatewayKeys.parts(provider, messageId);

  return {
    openParts: async (messageId: string, { total, form }: { total: number; form: string }) => {
      const flat = await evalScript(redis, OPEN, {
        keys: { parts: partsKey(messageId), reference: gatewayKeys.partsReference(provider) },
        args: { form, total, references: REFERENCES, parts_ms: PARTS_TTL_MS },
      });
      const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
      return parseRecord(Object.fromEntries(pairs));
    },
    readParts: async (messageId: string) => {
      const fields = await redis.hgetall(partsKey(messageId));
      return fields['form'] === undefined ? undefined : parseRecord(fields);
    },
    noteAcknowledged: async (messageId: string, number: number, smscId: string) => {
      await redis.hset(partsKey(messageId), `id${number}`, smscId);
    },
    idForm: async (scope: string) => (await redis.hget(gatewayKeys.smppIdForms, scope)) ?? undefined,
    noteIdForm: async (scope: string, form: string) => {
      await redis.hset(gatewayKeys.smppIdForms, scope, form);
    },
  };
}

function parseRecord(fields: Record<string, string>) {
  const acknowledged = Object.entries(fields).flatMap(([name, id]): [number, string][] => {
    const number = /^id(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [[Number(number), id]];
  });
  return {
    reference: Number(fields['reference']),
    total: Number(fields['total']),
    acknowledged: new Map(acknowledged),
  };
}
