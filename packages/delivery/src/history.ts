import { gatewayKeys } from '@sms-gateway/contract';
import type { Identity } from '@sms-gateway/privacy';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import { z } from 'zod';
import { TRACE_TTL_MS } from './trace.ts';

const refusalSchema = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  connection: z.string(),
  /** Names the request in the logs. */
  id: z.string().optional(),
  /** The answer to the caller. Absent if screening refused it by `rules`. */
  status: z.number().optional(),
  problem: z.string().optional(),
  rules: z.array(z.string()).optional(),
});

/** A request for a number that was refused. */
export type RefusedRequest = z.infer<typeof refusalSchema>;

export type HistoryEntry = { kind: 'accepted'; id: string } | { kind: 'refused'; refusal: RefusedRequest };

/** Maximum number of accepted messages, and of other entries, of one subject: an attack on one number must not fill Redis. */
const KEPT = 100;

/** How many entries a history keeps, and for how long after the last, as history.lua reads it. */
export const HISTORY_LIMITS = { kept: KEPT, life_ms: TRACE_TTL_MS };

/** The keyed hashes under which a request is stored: those of the current key. */
export function historyHashes(
  identity: Pick<Identity, 'historyKeys'>,
  request: { number?: string | undefined; dialled?: string | undefined; correlationId?: string | undefined },
): string[] {
  const subjects = [
    { kind: 'number', value: request.number },
    { kind: 'dialled', value: request.dialled },
    { kind: 'correlation', value: request.correlationId },
  ] as const;
  return subjects.flatMap(({ kind, value }) => (value ? [identity.historyKeys({ kind, value })[0]] : []));
}

const READ = loadScript<{ keys: 'number' | 'list'; args: object; answer: string[] }>(
  new URL('../src/read-history.lua', import.meta.url),
);

/** The entries under any of these keyed hashes. */
export async function readHistory(redis: RedisClient, hashes: readonly string[]): Promise<HistoryEntry[]> {
  const entries = await Promise.all(
    hashes.map((hash) =>
      evalScript(redis, READ, {
        keys: { number: gatewayKeys.counters('recipient', hash), list: gatewayKeys.history(hash) },
        args: {},
      }),
    ),
  );
  return entries.flat().flatMap((entry): HistoryEntry[] => {
    if (!entry.startsWith('{')) return [{ kind: 'accepted', id: entry }];
    const refusal = refusalSchema.safeParse(JSON.parse(entry)).data;
    return refusal === undefined ? [] : [{ kind: 'refused', refusal }];
  });
}

const NOTE = loadScript<{
  keys: 'history';
  args: { entry: string; limits: typeof HISTORY_LIMITS };
  answer: 1;
}>(new URL('../src/note-refusal.lua', import.meta.url));

/** Notes requests that were refused before screening was asked. */
export type RefusalNotes = {
  /** Returns at once. Entries that Redis cannot store now are written later, such as the 503s while Redis was away. */
  note(hashes: readonly string[], refusal: RefusedRequest): void;
  /** Stops, and writes what is left if Redis answers. */
  stop(): Promise<void>;
};

/** Maximum number of refusals that wait for Redis; later ones are dropped. */
const MAX_WAITING = 1000;
const INTERVAL_MS = 1000;

export function createRefusalNotes({ redis }: { redis: RedisClient }): RefusalNotes {
  let waiting: { hash: string; refusal: RefusedRequest }[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0 && redis.status === 'ready') {
      const batch = waiting;
      waiting = [];
      const written = await Promise.allSettled(
        batch.map(({ hash, refusal }) =>
          evalScript(redis, NOTE, {
            keys: { history: gatewayKeys.history(hash) },
            args: { entry: JSON.stringify(refusal), limits: HISTORY_LIMITS },
          }),
        ),
      );
      const failed = batch.filter((_, index) => written[index]?.status === 'rejected');
      waiting = [...failed, ...waiting].slice(0, MAX_WAITING);
      if (failed.length > 0) return;
    }
  }
  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }
  const timer = setInterval(() => void flush(), INTERVAL_MS);
  timer.unref();

  return {
    note: (hashes, refusal) => {
      if (waiting.length >= MAX_WAITING) return;
      waiting.push(...hashes.map((hash) => ({ hash, refusal })));
      void flush();
    },
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
