import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startRedisCluster } from '../packages/dev-redis/src/topology/redis-cluster.ts';
import { startSentinelTrio } from '../packages/dev-redis/src/topology/sentinel-trio.ts';
import type { TopologyOptions } from '../packages/dev-redis/src/topology/topology.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createAuthority } from './support/certificate.ts';
import { startIngressProcess } from './support/processes.ts';
import { firstEngine } from './support/test-redis.ts';
import { until } from './support/until.ts';

const NOT_KNOWN = /from an authority that is not known here: name the file .* in NODE_EXTRA_CA_CERTS/;

/** The options of a topology that uses TLS, and the file with its authority. */
async function setup() {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-tls-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const authority = createAuthority();
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, authority.cert);
  const options: TopologyOptions = {
    binary: firstEngine(),
    env: process.env,
    certify: (address) => ({ ...authority.issueFor(address), authority: authority.cert }),
  };
  return { options, trusting: { NODE_EXTRA_CA_CERTS: caFile } };
}

async function expectAccepting(env: Record<string, string>): Promise<void> {
  await using ingress = await startIngressProcess(env);
  await until(async () => expect((await ingress.ready()).body).toMatchObject({ status: 'ready' }));
  expect((await postSms(ingress.url, { body: { recipient: freshNumber() } })).status).toBe(200);
}

async function expectReason(env: Record<string, string>, reason: RegExp): Promise<void> {
  await using ingress = await startIngressProcess(env);
  await until(async () => expect((await ingress.ready()).body.reasons?.join()).toMatch(reason));
}

test.skipIf(inject('engines').length === 0)(
  'Sentinels and the nodes behind them are reached by TLS',
  async () => {
    const { options, trusting } = await setup();
    await using trio = await startSentinelTrio(options);
    const env = { ...trio.env, REDIS_SENTINEL_TLS: 'true', REDIS_URL: 'rediss://redis' };

    await expectAccepting({ ...env, ...trusting });
    await expectReason(env, NOT_KNOWN);
  },
);

test.skipIf(inject('engines').length === 0)('a Cluster is reached by TLS', async () => {
  const { options, trusting } = await setup();
  await using cluster = await startRedisCluster(options);
  const env = { ...cluster.env, REDIS_URL: 'rediss://redis' };

  await expectAccepting({ ...env, ...trusting });
  await expectReason(env, NOT_KNOWN);
});
