import { expect, test } from 'vitest';
import { checkWorker } from './check-worker.ts';
import type { WorkersLook } from './look-at-workers.ts';

const check = (workers: WorkersLook | undefined) =>
  checkWorker({
    isDev: false,
    redis: async () => ({
      kind: 'looked',
      present: { processes: [], lately: new Map(), day: new Map(), lastErrors: new Map() },
      reasons: [],
      replication: undefined,
      skewMs: 0,
      workers,
      callerFaults: [],
    }),
  });

test.each([
  [{ isConnected: true, oldestWaitingMs: 60_000 }, 'ok'],
  [{ isConnected: false, oldestWaitingMs: 0 }, 'warning'],
  [{ isConnected: false, oldestWaitingMs: 10_000 }, 'warning'],
  [{ isConnected: false, oldestWaitingMs: 10_001 }, 'failed'],
  [undefined, 'skipped'],
])('%j is %s', async (workers, status) => {
  expect(await check(workers)).toMatchObject([{ status }]);
});

test('a missing worker is reported with the settings that it needs', async () => {
  const [finding] = await check({ isConnected: false, oldestWaitingMs: 61_000 });

  expect(finding).toMatchObject({
    finding: 'no worker is connected to Redis, and a message has waited for 61 s',
    advice: expect.stringMatching(/REDIS_URL and PAYLOAD_KEYS/),
  });
});
