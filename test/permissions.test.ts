import { expect, inject, test } from 'vitest';
import { startSentinelTrio } from '../packages/dev-redis/src/topology/sentinel-trio.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startIngress } from './support/services.ts';
import { firstEngine, startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { until } from './support/until.ts';

test('a command that the user may not use is named, and with those of the documentation all works', async () => {
  await using disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const client = disposal.use(openRedis(redis.url));
  const rules = ['on', '>pw', '~{gateway}*', '&*', '+@all', '-@dangerous', '-@admin', '+wait'];
  const allow = (...more: string[]) => client.call('ACL', 'SETUSER', 'gateway', 'reset', ...rules, ...more);
  await allow();
  const url = new URL(redis.url);
  url.username = 'gateway';
  url.password = 'pw';
  const ingress = disposal.use(await startIngress({ REDIS_URL: url.href }));
  const untilReason = (reason: RegExp) =>
    until(async () => expect((await ingress.ready()).body.reasons?.join()).toMatch(reason));

  await untilReason(/does not permit INFO: allow it with "ACL SETUSER … \+info"/);
  await allow('+info');
  await untilReason(/CONFIG GET.*\+config\|get/);
  await allow('+info', '+config|get');
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  expect((await postSms(ingress.url, { body: { recipient: freshNumber() } })).status).toBe(200);
});

test.skipIf(inject('engines').length === 0)(
  'Sentinels with a password are asked with it, and without it the setting is named',
  async () => {
    await using trio = await startSentinelTrio({
      binary: firstEngine(),
      env: process.env,
      sentinelSettings: { requirepass: 'of-the-sentinels', 'sentinel sentinel-pass': 'of-the-sentinels' },
      sentinelCredentials: ':of-the-sentinels@',
    });
    await using withPassword = await startIngress({
      ...trio.env,
      REDIS_SENTINEL_PASSWORD: 'of-the-sentinels',
    });
    await until(async () => expect((await withPassword.ready()).status).toBe(200));

    await using without = await startIngress(trio.env);
    await until(async () => {
      const { status, body } = await without.ready();
      expect(status).toBe(503);
      expect(body.reasons?.join()).toMatch(/REDIS_SENTINEL_PASSWORD/);
    });
  },
);
