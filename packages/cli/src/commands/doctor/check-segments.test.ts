import { expect, test } from 'vitest';
import { checkSegments } from './check-segments.ts';
import type { Facts } from './facts.ts';

const check = (caller: Facts['caller']) =>
  checkSegments({
    env: { GATEWAY_CONFIG: 'gateway.yaml' },
    caller,
    tenant: async () => ({ kind: 'not_set_up', missing: '' }),
  });

test('with an unusable file the check is skipped', async () => {
  expect(await check({ kind: 'problems', problems: ['wrong'] })).toMatchObject([
    { status: 'skipped', finding: expect.stringContaining('cannot be used') },
  ]);
});

test('with a file without warnings the check is skipped, because it may have no template', async () => {
  const config = { connections: [], screening: undefined as never, publicUrl: undefined, warnings: [] };

  expect(await check({ kind: 'loaded', config })).toMatchObject([{ status: 'skipped' }]);
});
