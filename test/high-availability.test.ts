import { once } from 'node:events';
import { loadIngressConfig } from '@sms-gateway/config';
import { gatewayKeys } from '@sms-gateway/contract';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { startRedisCluster } from '../packages/dev-redis/src/topology/redis-cluster.ts';
import type { RedisProcess } from '../packages/dev-redis/src/topology/redis-process.ts';
import {
  SENTINEL_NAME,
  type SentinelTrio,
  startSentinelTrio,
} from '../packages/dev-redis/src/topology/sentinel-trio.ts';
import { CAN_CUT_OFF } from '../packages/dev-redis/src/topology/topology.ts';
import { connectRedis, isRedisCluster, parseAddress } from '../packages/redis/src/connect.ts';
import { startIngress } from '../services/ingress/src/start-ingress.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { startLoad } from './support/load.ts';
import { baseEnv } from './support/base-env.ts';
import { until } from './support/until.ts';

/** Milliseconds; failovers take seconds by themselves. */
const patience = { timeoutMs: 40_000, intervalMs: 50 };

async function startReadyIngress(env: Record<string, string>) {
  const ingress = await startIngress(
    loadIngressConfig({ env: { ...baseEnv, LOG_LEVEL: 'silent', ...env }, providers: PROVIDERS }),
  );
  onTestFinished(() => ingress.stop());
  const untilReady = () => until(() => expect(ingress.readiness()).toMatchObject({ ready: true }), patience);
  await untilReady();
  return { ...ingress, url: `http://127.0.0.1:${ingress.port}`, untilReady };
}

/** What of the messages that were answered 200 the node does not have. */
async function lostOn(node: RedisProcess, accepted: string[]): Promise<string[]> {
  return node.ask(async (redis) => {
    const found = await Promise.all(accepted.map((id) => redis.exists(gatewayKeys.trace(id))));
    return accepted.filter((_id, index) => found[index] === 0);
  });
}

if (inject('engines').length === 0) test.skip('needs a redis-server or a valkey-server on this machine');

describe.each(inject('engines'))('$name behind Sentinel', ({ binary }) => {
  type Strike = (primary: RedisProcess, trio: SentinelTrio) => unknown;

  const strikes: [string, Strike][] = [
    [
      'a planned failover',
      (_primary, trio) =>
        trio.sentinels[0]?.ask((redis) => redis.call('SENTINEL', 'FAILOVER', SENTINEL_NAME)),
    ],
    ['a killed primary', (primary) => primary.kill()],
    ['a frozen primary', (primary) => primary.freeze()],
  ];
  if (CAN_CUT_OFF) {
    strikes.push([
      'a primary that only the ingress still reaches',
      (primary, trio) => {
        for (const other of [...trio.nodes, ...trio.sentinels]) {
          if (other !== primary) trio.network.cut(primary.name, other.name);
        }
      },
    ]);
    strikes.push([
      'a primary that one replica and one Sentinel still reach',
      async (primary, trio) => {
        const [, lost] = await trio.replicas();
        const [, ...others] = trio.sentinels;
        for (const one of [primary, ...trio.nodes, trio.sentinels[0]]) {
          if (one === undefined || one === lost) continue;
          for (const other of [lost, ...others]) if (other) trio.network.cut(one.name, other.name);
        }
      },
    ]);
  }

  test.each(strikes)('%s loses nothing that was answered 200', async (_name, strike) => {
    await using trio = await startSentinelTrio({ binary, env: process.env });
    const ingress = await startReadyIngress(trio.env);
    const load = startLoad(ingress.url);
    await load.untilMore(100);

    const old = await trio.primary();
    await strike(old, trio);
    const witness = trio.sentinels[2];
    await until(async () => expect(await trio.primary(witness)).not.toBe(old), patience);
    // Where the new primary is alone, nothing is accepted until it is not.
    trio.network.heal();
    await load.untilMore(100);
    await load.stop();

    const lost = await lostOn(await trio.primary(witness), load.accepted);
    expect(lost).toEqual([]);
  });

  test('nothing is accepted that a replica lacks which could be promoted', async () => {
    await using trio = await startSentinelTrio({ binary, env: process.env, downAfterMs: 20_000 });
    const ingress = await startReadyIngress(trio.env);
    const [replica] = await trio.replicas();

    replica?.freeze();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => postSms(ingress.url, { body: { recipient: freshNumber() } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    expect(ingress.readiness().reasons.join()).toMatch(/could be promoted and has not acknowledged/);
    // Once no Sentinel would promote it, it is not waited for.
    await ingress.untilReady();
    replica?.thaw();
  });

  test('nothing is accepted while a majority of the Sentinels does not answer', async () => {
    await using trio = await startSentinelTrio({ binary, env: process.env });
    const ingress = await startReadyIngress(trio.env);

    for (const sentinel of trio.sentinels.slice(1)) sentinel.freeze();
    await until(() =>
      expect(ingress.readiness().reasons.join()).toMatch(/1 of 3 Sentinels answer, a majority is 2/),
    );
    for (const sentinel of trio.sentinels) sentinel.thaw();
    await ingress.untilReady();
  });
});

describe.each(inject('engines'))('$name as a Cluster', ({ binary }) => {
  const key = gatewayKeys.probe;
  const options = { binary, env: process.env, replicasPerShard: 2 };

  const strikes: [string, (primary: RedisProcess, replica: RedisProcess) => unknown][] = [
    ['a planned failover', (_primary, replica) => replica.ask((redis) => redis.cluster('FAILOVER'))],
    ['a killed primary', (primary) => primary.kill()],
    ['a frozen primary', (primary) => primary.freeze()],
  ];

  test.each(strikes)('%s loses nothing that was answered 200', async (_name, strike) => {
    await using cluster = await startRedisCluster(options);
    const ingress = await startReadyIngress(cluster.env);
    const load = startLoad(ingress.url);
    await load.untilMore(100);

    const { primary, replicas } = await cluster.shardOf(key);
    const [replica] = replicas;
    if (replica === undefined) throw new Error('no replica');
    await strike(primary, replica);
    await until(async () => expect((await cluster.shardOf(key)).primary).not.toBe(primary), patience);
    await load.untilMore(100);
    await load.stop();

    const lost = await lostOn((await cluster.shardOf(key)).primary, load.accepted);
    expect(lost).toEqual([]);
  });

  test('nothing is accepted that the only replica of its shard lacks', async () => {
    await using cluster = await startRedisCluster({ ...options, replicasPerShard: 1 });
    const ingress = await startReadyIngress(cluster.env);
    const { replicas } = await cluster.shardOf(key);

    for (const replica of replicas) replica.freeze();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => postSms(ingress.url, { body: { recipient: freshNumber() } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
  });

  test('a connection that is made while the Cluster is down is there once it is back', async () => {
    await using cluster = await startRedisCluster({ ...options, replicasPerShard: 1 });
    const nodes = cluster.env.REDIS_CLUSTER_NODES.split(',').map(parseAddress);
    const errors = { name: 'test', onError: () => undefined };
    const main = connectRedis({ kind: 'cluster', nodes, url: 'redis://redis' }, 'worker', errors);
    onTestFinished(() => main.disconnect());
    if (!isRedisCluster(main)) throw new Error('no cluster');
    // As BullMQ does with the connection on which it waits for messages.
    const blocking = main.duplicate();
    onTestFinished(() => blocking.disconnect());
    await until(() => expect(blocking.status).toBe('ready'));
    const { primary, replicas } = await cluster.shardOf(key);
    const ended = once(blocking, 'end');
    blocking.disconnect();
    await ended;

    // A shard without a node: the others say that the cluster is down.
    const shard = [primary, ...replicas];
    await Promise.all(shard.map((node) => node.kill()));
    const other = cluster.nodes.find((node) => !shard.includes(node));
    await until(
      async () => expect(await other?.ask((redis) => redis.cluster('INFO'))).toContain('cluster_state:fail'),
      patience,
    );
    const refused = once(blocking, 'reconnecting');
    const connected = blocking.connect();
    await refused;
    await Promise.all(shard.map((node) => node.restart()));

    await connected;
    expect(blocking.status).toBe('ready');
  });
});
