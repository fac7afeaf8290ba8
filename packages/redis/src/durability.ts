import { gatewayKeys } from '@sms-gateway/contract';
import { isRedisCluster, type RedisClient } from './connect.ts';

const PROBE_TTL_MS = 5000;

export type DurabilityState = { ready: boolean; reasons: string[] };

export type DurabilityCheck = {
  /** What the last look at Redis came to. Not ready before the first, and from the moment that the connection is lost. */
  state(): DurabilityState;
  /** Looks now and resolves to what it saw. */
  verify(): Promise<DurabilityState>;
  stop(): void;
};

type Deps = {
  redis: RedisClient;
  mode: 'fsync' | 'replicated' | 'managed' | 'none';
  replicas: number;
  /** Milliseconds between two looks: for so long a setting changed at run time can go unseen. */
  intervalMs?: number;
  onChange?: (state: DurabilityState) => void;
};

type Node = Pick<RedisClient, 'info' | 'config'>;

const READY: DurabilityState = { ready: true, reasons: [] };

/**
 * Watches whether Redis keeps what a 200 promises (`DURABILITY`): at start, on every reconnect and every second.
 * The reasons name the setting to change.
 */
export function createDurabilityCheck({
  redis,
  mode,
  replicas,
  intervalMs = 1000,
  onChange = () => {},
}: Deps): DurabilityCheck {
  let current: DurabilityState = { ready: false, reasons: ['Redis is not connected yet'] };
  let generation = 0;
  let isLookingForMaster = false;

  function set(state: DurabilityState): DurabilityState {
    const isChange = state.reasons.join() !== current.reasons.join() || state.ready !== current.ready;
    current = state;
    if (isChange) onChange(state);
    return state;
  }

  async function verify(): Promise<DurabilityState> {
    const startedIn = generation;
    const { reasons, isReplica } = await inspect(redis, mode, replicas);
    // The connection was lost meanwhile: what was seen is another server's, or another life's.
    if (startedIn !== generation) return current;
    const state = set(reasons.length === 0 ? READY : { ready: false, reasons });
    if (isReplica && !isRedisCluster(redis)) lookForMaster();
    return state;
  }

  function onClose() {
    generation += 1;
    // On the way to a master, the reason for that says more.
    if (!isLookingForMaster) set({ ready: false, reasons: ['Redis cannot be reached'] });
    isLookingForMaster = false;
  }

  /** After a failover the old connection leads to what is a replica now; only a new one finds the master. */
  function lookForMaster(): void {
    isLookingForMaster = true;
    redis.disconnect(true);
  }

  const onReady = () => void verify();
  redis.on('ready', onReady);
  redis.on('close', onClose);
  if (redis.status === 'ready') void verify();
  const timer = setInterval(() => {
    if (redis.status === 'ready') void verify();
  }, intervalMs);

  return {
    state: () => current,
    verify,
    stop: () => {
      clearInterval(timer);
      redis.off('ready', onReady);
      redis.off('close', onClose);
    },
  };
}

type Inspection = { reasons: string[]; isReplica: boolean };

async function inspect(redis: RedisClient, mode: Deps['mode'], replicas: number): Promise<Inspection> {
  try {
    const nodes: Node[] = isRedisCluster(redis) ? redis.nodes('master') : [redis];
    const perNode = await Promise.all(nodes.map((node) => inspectNode(node, mode, replicas)));
    const reasons = perNode.flatMap((inspection) => inspection.reasons);
    const isReplica = perNode.some((inspection) => inspection.isReplica);
    if (reasons.length === 0) reasons.push(...(await tryToWrite(redis)));
    return { reasons: [...new Set(reasons)], isReplica };
  } catch {
    return { reasons: ['Redis does not answer'], isReplica: false };
  }
}

/** What no setting tells: out of memory, too few replicas for its own demands, a snapshot that failed. */
async function tryToWrite(redis: RedisClient): Promise<string[]> {
  try {
    await redis.set(gatewayKeys.probe, '1', 'PX', PROBE_TTL_MS);
    return [];
  } catch (error) {
    const code = error instanceof Error ? /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] : undefined;
    if (code === undefined) throw error;
    return [`Redis refuses to write (${code}): see its log`];
  }
}

async function inspectNode(node: Node, mode: Deps['mode'], replicas: number): Promise<Inspection> {
  const info = parseInfo(await node.info());
  const reasons: string[] = [];
  const isReplica = info['role'] !== 'master';
  if (isReplica) reasons.push(`Redis is a ${info['role']}: point REDIS_URL at the master`);
  if (info['loading'] !== '0') reasons.push('Redis is still loading its data');
  if (mode === 'none' || mode === 'managed') return { reasons, isReplica };

  if (info['aof_enabled'] !== '1') reasons.push('Redis keeps no append-only file: set "appendonly yes"');
  if (info['aof_last_write_status'] !== 'ok') {
    reasons.push('Redis failed to write its append-only file: check its disk');
  }
  reasons.push(...(await inspectSettings(node)));
  const online = onlineReplicas(info);
  if (mode === 'replicated' && online < replicas) {
    reasons.push(`Redis has ${online} replicas online, DURABILITY_REPLICAS asks for ${replicas}`);
  }
  return { reasons, isReplica };
}

// With no-appendfsync-on-rewrite, Redis answers without an fsync while it rewrites the file, "always" or not
// (flushAppendOnlyFile in its aof.c).
const DEMANDED_SETTINGS = {
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

async function inspectSettings(node: Node): Promise<string[]> {
  try {
    const actual = await Promise.all(
      Object.entries(DEMANDED_SETTINGS).map(async ([name, wanted]) => {
        const [, value] = await node.config('GET', name);
        return value === wanted ? [] : [`Redis has ${name} ${value}: set "${name} ${wanted}"`];
      }),
    );
    return actual.flat();
  } catch (error) {
    if (error instanceof Error && /^(ERR unknown command|NOPERM)/.test(error.message)) {
      return [
        'Redis does not let its configuration be read (CONFIG GET): allow it, or set DURABILITY=managed if you vouch for its durability',
      ];
    }
    throw error;
  }
}

/** A replica counts from the end of its first synchronisation: before that it confirms nothing. */
function onlineReplicas(info: Record<string, string>): number {
  return Object.entries(info).filter(
    ([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online'),
  ).length;
}

function parseInfo(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
