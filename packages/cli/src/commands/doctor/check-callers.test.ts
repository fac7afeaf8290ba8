import { expect, test } from 'vitest';
import { checkCallers } from './check-callers.ts';
import type { RedisLook } from './look-at-redis.ts';

const look = (callerFaults: Extract<RedisLook, { kind: 'looked' }>['callerFaults']): RedisLook => ({
  kind: 'looked',
  present: { processes: [], lately: new Map(), day: new Map(), lastErrors: new Map() },
  reasons: [],
  replication: undefined,
  skewMs: 0,
  workers: undefined,
  callerFaults,
});

test('without malformed requests the check is ok', async () => {
  expect(await checkCallers({ redis: async () => look([]) })).toMatchObject([{ status: 'ok' }]);
});

test('malformed requests are reported by connection, with time and advice', async () => {
  const at = Date.parse('2026-11-28T06:00:00Z');

  const findings = await checkCallers({
    redis: async () => look([{ fault: 'unparsable_address', connection: 'acme', at }]),
  });

  expect(findings).toEqual([
    {
      status: 'warning',
      finding:
        'acme: req.ip is not an IP address, so the limits per address do not apply; last at 2026-11-28T06:00:00.000Z',
      advice: expect.stringContaining('forward_req_info'),
    },
  ]);
});

test('without Redis the check is skipped', async () => {
  expect(await checkCallers({ redis: async () => undefined })).toMatchObject([{ status: 'skipped' }]);
});
