import { setTimeout as delay } from 'node:timers/promises';
import {
  CAN_CUT_OFF,
  type RedisProcess,
  SENTINEL_NAME,
  type SentinelTrio,
  startSentinelTrio,
} from '@sms-gateway/dev-redis';
import { connectRedis } from '@sms-gateway/redis';
import { addressesOf, untilAnother } from './node-disasters.ts';
import type { Disaster, RedisOptions, RedisUnderTest } from './disasters.ts';

/** A primary, two replicas and three Sentinels. One disaster at a time, and the next only when all are whole again. */
export async function startSentinel(options: RedisOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const trio = await startSentinelTrio(options);
  const client = connectRedis(
    {
      kind: 'sentinel',
      nodes: addressesOf(trio.env.REDIS_SENTINELS),
      name: SENTINEL_NAME,
      url: 'redis://redis',
      sentinelAuth: { username: undefined, password: undefined, tls: false },
    },
    'worker',
    { name: 'proof', onError: () => undefined },
  );
  return {
    env: { ...trio.env, ...(options.isWeakened && { DURABILITY: 'fsync' }) },
    client,
    disasters: disastersOf(trio).map(({ name, strike }) => ({
      name,
      strike: async () => {
        await strike();
        await trio.untilWhole();
      },
    })),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await trio[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds that what does not end a primary's reign lasts. */
const A_WHILE_MS = 3000;

/** On a busy machine, a Sentinel may not answer at once. */
async function patientlyPrimary(trio: SentinelTrio): Promise<RedisProcess> {
  for (;;) {
    const primary = await trio.primary().catch(() => undefined);
    if (primary !== undefined) return primary;
    await delay(50);
  }
}

function disastersOf(trio: SentinelTrio): Disaster[] {
  const { network, sentinels } = trio;
  const everybody = [...trio.nodes, ...sentinels];
  const cutOff = (one: RedisProcess) => {
    for (const other of everybody) if (other !== one) network.cut(one.name, other.name);
  };
  /** Until the others have another primary. */
  const untilReplaced = (old: RedisProcess) => untilAnother(old, () => trio.primary(sentinels[1]));
  const onPrimary = (name: string, strike: (primary: RedisProcess) => Promise<unknown>): Disaster => ({
    name: `primary ${name}`,
    strike: async () => void (await strike(await patientlyPrimary(trio))),
  });
  const onReplica = (name: string, strike: (replica: RedisProcess) => Promise<unknown>): Disaster => ({
    name: `replica ${name}`,
    strike: async () => {
      const primary = await patientlyPrimary(trio);
      const replica = trio.nodes.find((node) => node !== primary);
      if (replica) await strike(replica);
    },
  });
  const onSentinel = (name: string, strike: (sentinel: RedisProcess) => Promise<unknown>): Disaster => ({
    name: `sentinel ${name}`,
    strike: async () => {
      const [sentinel] = sentinels;
      if (sentinel) await strike(sentinel);
    },
  });
  const forAWhile = async (node: RedisProcess) => {
    node.freeze();
    await delay(A_WHILE_MS);
    node.thaw();
  };
  return [
    onPrimary('replaced as planned', async (old) => {
      await sentinels[0]?.ask((redis) => redis.call('SENTINEL', 'FAILOVER', SENTINEL_NAME));
      await untilReplaced(old);
    }),
    onPrimary('killed', async (old) => {
      await old.kill();
      await untilReplaced(old);
      await old.restart();
    }),
    onPrimary('killed and back at once', (old) => old.restart()),
    onPrimary('frozen', async (old) => {
      old.freeze();
      await untilReplaced(old);
      old.thaw();
    }),
    onReplica('killed', async (replica) => {
      await replica.kill();
      await delay(A_WHILE_MS);
      await replica.restart();
    }),
    onReplica('frozen', forAWhile),
    onSentinel('killed', async (sentinel) => {
      await sentinel.kill();
      await delay(A_WHILE_MS);
      await sentinel.restart();
    }),
    onSentinel('frozen', forAWhile),
    ...(CAN_CUT_OFF
      ? [
          onPrimary('cut off', async (old) => {
            cutOff(old);
            await untilReplaced(old);
            await delay(A_WHILE_MS);
            network.heal();
          }),
          onReplica('cut off', async (replica) => {
            cutOff(replica);
            await delay(A_WHILE_MS);
            network.heal();
          }),
          onSentinel('cut off', async (sentinel) => {
            cutOff(sentinel);
            await delay(A_WHILE_MS);
            network.heal();
          }),
        ]
      : []),
  ];
}
