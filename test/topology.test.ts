import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { commandLineOf } from '../packages/dev-redis/src/command-line-of.ts';
import { startRedisCluster } from '../packages/dev-redis/src/topology/redis-cluster.ts';
import { startSentinelTrio } from '../packages/dev-redis/src/topology/sentinel-trio.ts';
import { CAN_CUT_OFF } from '../packages/dev-redis/src/topology/topology.ts';
import { firstEngine } from './support/test-redis.ts';
import { until } from './support/until.ts';

// The tests of what holds on a topology use both engines; here one shows that topologies fail as real ones do.
describe.skipIf(inject('engines').length === 0)('a topology', () => {
  test.runIf(CAN_CUT_OFF)('Sentinels replace a primary that is cut off from everybody else', async () => {
    await using trio = await startSentinelTrio({ binary: firstEngine(), env: process.env });
    const old = await trio.primary();

    for (const other of [...trio.nodes, ...trio.sentinels]) {
      if (other !== old) trio.network.cut(old.name, other.name);
    }
    await until(async () => expect((await trio.primary()).name).not.toBe(old.name));
    expect((await old.ask((redis) => redis.role()))[0]).toBe('master');

    trio.network.heal();
    await until(async () => {
      expect(await old.ask((redis) => redis.info('replication'))).toContain('role:slave');
    });
  });

  test('a Cluster promotes the replica of a frozen primary', async () => {
    await using cluster = await startRedisCluster({ binary: firstEngine(), env: process.env });
    const { primary, replicas } = await cluster.shardOf('{gateway}:x');
    expect(replicas).toHaveLength(1);

    primary.freeze();
    await until(async () => {
      expect((await cluster.shardOf('{gateway}:x')).primary.name).toBe(replicas[0]?.name);
    });

    primary.thaw();
    await cluster.untilWhole();
  });

  test('no server outlives the process that started it', async () => {
    const program = `
      import { startSentinelTrio } from '@sms-gateway/dev-redis';
      const trio = await startSentinelTrio({ binary: ${JSON.stringify(firstEngine())}, env: process.env });
      const pids = await Promise.all([...trio.nodes, ...trio.sentinels].map((node) =>
        node.ask(async (redis) => Number(/process_id:(\\d+)/.exec(await redis.info('server'))[1]))));
      console.log(JSON.stringify(pids));
      setInterval(() => undefined, 1000);
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: fileURLToPath(new URL('../packages/bench', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(owner.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(chunk.toString()) as number[];
    expect(pids).toHaveLength(6);

    owner.kill('SIGKILL');
    await until(async () => {
      expect((await Promise.all(pids.map(commandLineOf))).filter(Boolean)).toEqual([]);
    });
  });
});
