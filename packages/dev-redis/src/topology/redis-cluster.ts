import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../ports.ts';
import type { Network } from './network.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';
import { CAN_CUT_OFF, nodeConfig, prepareGround, type Site, type TopologyOptions } from './topology.ts';

const SLOTS = ['0-5460', '5461-10922', '10923-16383'];

/** Three primaries, each with one or more replicas. */
export type RedisClusterProcesses = AsyncDisposable & {
  nodes: RedisProcess[];
  network: Network;
  /** The gateway's settings for it. */
  env: { REDIS_CLUSTER_NODES: string };
  /** The nodes of the shard that holds the key: its primary, and its replicas. */
  shardOf(key: string): Promise<{ primary: RedisProcess; replicas: RedisProcess[] }>;
  /** Resolves when every node sees all slots served and all replicas in sync. */
  untilWhole(): Promise<void>;
};

type Options = TopologyOptions & { nodeTimeoutMs?: number; replicasPerShard?: number };

type Member = Site & { id: string; busPort: number; ownBusPort: number; shard: number; isPrimary: boolean };

export async function startRedisCluster(options: Options): Promise<RedisClusterProcesses> {
  const { binary, env, settings = {}, nodeTimeoutMs = 1500, replicasPerShard = 1 } = options;
  const ground = await prepareGround(options);
  try {
    const { keeper, network } = ground;
    const members: Member[] = [];
    for (let index = 0; index < SLOTS.length * (1 + replicasPerShard); index += 1) {
      const site = await ground.site(`redis-${index + 1}`);
      const ownBusPort = await freePort(site.address);
      members.push({
        ...site,
        id: randomBytes(20).toString('hex'),
        ownBusPort,
        busPort: CAN_CUT_OFF ? await network.openDoor(site, ownBusPort) : ownBusPort,
        shard: index % SLOTS.length,
        isPrimary: index < SLOTS.length,
      });
    }
    // The nodes start with the file of a formed cluster, because forming it with commands takes seconds.
    await Promise.all(
      members.map((member) => writeFile(join(member.directory, 'nodes.conf'), membersFile(members, member))),
    );
    const nodes = await Promise.all(
      members.map((member) =>
        startRedisProcess({
          binary,
          env,
          keeper,
          name: member.name,
          directory: member.directory,
          host: member.address,
          ownPort: member.ownPort,
          port: member.port,
          config: nodeConfig(member, {
            'cluster-enabled': 'yes',
            'cluster-config-file': 'nodes.conf',
            'cluster-node-timeout': String(nodeTimeoutMs),
            'cluster-port': String(member.ownBusPort),
            'cluster-announce-ip': member.address,
            'cluster-announce-port': String(member.port),
            'cluster-announce-bus-port': String(member.busPort),
            'replica-announce-ip': member.address,
            'replica-announce-port': String(member.port),
            ...('tls-port' in member.tls && {
              'tls-cluster': 'yes',
              'cluster-announce-tls-port': String(member.port),
            }),
            ...settings,
          }),
        }),
      ),
    );

    const cluster: RedisClusterProcesses = {
      nodes,
      network,
      env: { REDIS_CLUSTER_NODES: members.map(({ address, port }) => `${address}:${port}`).join() },
      shardOf: async (key) => {
        const slot = await Promise.any(
          nodes.map((node) => node.ask((redis) => redis.cluster('KEYSLOT', key))),
        );
        const views = await Promise.all(nodes.map((node) => clusterNodes(node).catch(() => [])));
        const lines = views.flat();
        // If two nodes claim a slot, the one with the later epoch owns it.
        const owner = lines
          .filter(
            ({ flags, slots }) => flags.includes('master') && !flags.includes('fail') && hasSlot(slots, slot),
          )
          .toSorted((a, b) => b.epoch - a.epoch)[0];
        const primary = nodes.find((node) => `${node.host}:${node.port}` === owner?.address);
        if (owner === undefined || primary === undefined) throw new Error(`no node serves slot ${slot}`);
        const replicas = new Set(lines.filter(({ of }) => of === owner.id).map(({ address }) => address));
        return { primary, replicas: nodes.filter((node) => replicas.has(`${node.host}:${node.port}`)) };
      },
      untilWhole: async () => {
        for (;;) {
          if (await isWhole(nodes).catch(() => false)) return;
          await delay(50);
        }
      },
      [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
    };
    await cluster.untilWhole();
    return cluster;
  } catch (error) {
    await ground[Symbol.asyncDispose]();
    throw error;
  }
}

function membersFile(members: Member[], myself: Member): string {
  const lines = members.map((member) => {
    const { id, address, port, busPort, shard, isPrimary } = member;
    const flags = `${member === myself ? 'myself,' : ''}${isPrimary ? 'master' : 'slave'}`;
    const of = isPrimary ? '-' : members[shard]?.id;
    const slots = isPrimary ? ` ${SLOTS[shard]}` : '';
    return `${id} ${address}:${port}@${busPort} ${flags} ${of} 0 0 ${shard + 1} connected${slots}\n`;
  });
  return `${lines.join('')}vars currentEpoch ${SLOTS.length} lastVoteEpoch 0\n`;
}

type Line = { id: string; address: string; flags: string[]; of: string; epoch: number; slots: string[] };

async function clusterNodes(node: RedisProcess): Promise<Line[]> {
  return String(await node.ask((redis) => redis.cluster('NODES')))
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', where = '', flags = '', of = '', , , epoch = '0', , ...slots] = line.split(' ');
      return {
        id,
        address: where.split('@')[0] ?? '',
        flags: flags.split(','),
        of,
        epoch: Number(epoch),
        slots,
      };
    });
}

function hasSlot(ranges: string[], slot: number): boolean {
  return ranges.some((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return from !== undefined && to !== undefined && from <= slot && slot <= to;
  });
}

async function isWhole(nodes: RedisProcess[]): Promise<boolean> {
  const answers = await Promise.all(
    nodes.map(async (node) => ({
      cluster: await node.ask((redis) => redis.cluster('INFO')),
      replication: await node.ask((redis) => redis.info('replication')),
      members: await clusterNodes(node),
    })),
  );
  const isReplica = (info: string) => info.includes('role:slave');
  return answers.every(
    ({ cluster, replication, members }) =>
      cluster.includes('cluster_state:ok') &&
      members.every(({ flags }) => !flags.some((flag) => /fail|handshake|noaddr/.test(flag))) &&
      (isReplica(replication)
        ? replication.includes('master_link_status:up')
        : /state=online/.test(replication)),
  );
}
