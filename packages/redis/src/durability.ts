import { Socket } from 'node:net';
import type { RedisConfig } from '@sms-gateway/config';
import { gatewayKeys } from '@sms-gateway/contract';
import { causeOf, isRedisCluster, type RedisClient, redirect } from './connect.ts';
import { clusterView, type FailoverView, plainView } from './failover-view.ts';
import { type Durability, inspect, type Inspection } from './inspection.ts';
import { noConnection, writeRefusal } from './refusal.ts';
import { expected, whatIsMissing } from './replication.ts';
import { createSentinels } from './sentinels.ts';
import { shareAcknowledgements } from './shared-acknowledgement.ts';
import type { StoreIdentity } from './store-identity.ts';

const PROBE_TTL_MS = 5000;

export type DurabilityState = { ready: boolean; reasons: string[] };

export type ConfirmOptions<T> = {
  /** Whether there is anything to keep. */
  isWritten?: (result: T) => boolean;
  /** How many new messages it puts into the queue: none where there is no room to deliver them. */
  messages?: number;
  /**
   * It stores what has happened. So it is written even where new messages are refused, and is durable once no promotion can
   * lose it.
   */
  isFact?: boolean;
};

export type DurabilityCheck = {
  /** The result of the last check of Redis. Not ready before the first check, and once the connection is lost. */
  state(): DurabilityState;
  /** Checks now and resolves with the result. */
  verify(): Promise<DurabilityState>;
  /**
   * Runs `write` and resolves once what it wrote is as durable as `DURABILITY` promises. One confirmation serves all writes
   * that end in the same turn of the event loop.
   * @throws what `write` throws, and `NotDurableError` where the write may not survive.
   */
  confirm<T>(write: () => Promise<T>, options?: ConfirmOptions<T>): Promise<T>;
  stop(): void;
};

/** It may have been written, but may not survive. */
export class NotDurableError extends Error {
  override readonly name = 'NotDurableError';
}

type Deps = {
  redis: RedisClient;
  config: RedisConfig;
  mode: Durability;
  /** Replicas at least that must have acknowledged, with `replicated`. */
  replicas: number;
  /** If given, the check also notices that Redis has other data than before. */
  store?: StoreIdentity;
  /** False to check only whether a promotion could lose a write, whatever the other settings of Redis are. */
  demandsSettings?: boolean;
  /** Milliseconds between two checks: a setting changed at run time is noticed after at most this time. */
  intervalMs?: number;
  onChange?: (state: DurabilityState) => void;
};

const READY: DurabilityState = { ready: true, reasons: [] };

/** What a confirmation rests on. */
type Look = { view: FailoverView; replicationId: string; count: number };

/**
 * Watches whether Redis keeps what a 200 promises (`DURABILITY`): at start, on every reconnect, every second, and when
 * a Sentinel reports a change. The reasons name the setting to change.
 */
export function createDurabilityCheck(deps: Deps): DurabilityCheck {
  const {
    redis,
    config,
    mode,
    replicas,
    demandsSettings = true,
    store,
    intervalMs = 1000,
    onChange = () => {},
  } = deps;
  let current: DurabilityState = { ready: false, reasons: ['Redis is not connected yet'] };
  let generation = 0;
  let isLookingForMaster = false;
  let look: Look | undefined;
  let verifying: Promise<DurabilityState> | undefined;
  let isStale = false;
  /** Messages that may be accepted before the next check. */
  let room = 0;
  let lastError: Error | undefined;

  const acknowledged = shareAcknowledgements(redis);
  const sentinels = config.kind === 'sentinel' && mode === 'replicated' ? createSentinels(config) : undefined;

  function set(state: DurabilityState): DurabilityState {
    const isChange = state.reasons.join() !== current.reasons.join() || state.ready !== current.ready;
    current = state;
    if (isChange) onChange(state);
    return state;
  }

  async function viewOf({ info, clusterNodes }: Inspection): Promise<FailoverView> {
    if (clusterNodes !== undefined) return clusterView(clusterNodes);
    if (sentinels === undefined) return plainView();
    return sentinels.look({ address: peerOf(redis), runId: info['run_id'] ?? '' });
  }

  async function replicated(
    inspection: Inspection,
  ): Promise<{ reasons: string[]; look: Look; elsewhere: string | undefined }> {
    const view = await viewOf(inspection);
    // The first look waits for every connected replica: WAIT for fewer returns before the slower ones have acknowledged.
    const connected = Number(inspection.info['connected_slaves'] ?? 0);
    const seen = await acknowledged({ isProbe: true, count: look?.count ?? Math.max(replicas, connected) });
    return {
      reasons: [...view.reasons, ...whatIsMissing(view, seen, replicas)],
      look: { view, replicationId: seen.id, count: Math.max(replicas, expected(view, seen)) },
      elsewhere: view.elsewhere,
    };
  }

  async function examine(): Promise<DurabilityState> {
    const startedIn = generation;
    let reasons: string[];
    let isReplica = false;
    let elsewhere: string | undefined;
    let fresh: Look | undefined;
    try {
      const inspection = await inspect(redis, demandsSettings ? mode : 'managed');
      const { headroom } = inspection;
      room = headroom.messages;
      reasons = [
        ...inspection.reasons,
        ...(demandsSettings && headroom.reason !== undefined ? [headroom.reason] : []),
      ];
      isReplica = inspection.info['role'] === 'slave';
      if (reasons.length === 0 && mode === 'replicated') {
        const result = await replicated(inspection);
        reasons = result.reasons;
        elsewhere = result.elsewhere;
        fresh = result.look;
      } else if (reasons.length === 0) reasons = await tryToWrite(redis);
      const loss = reasons.length === 0 ? await store?.check() : undefined;
      if (loss !== undefined) reasons = [loss];
    } catch (error) {
      reasons = [writeRefusal(error) ?? 'Redis does not answer'];
    }
    // The connection was lost meanwhile: what was seen is another server's, or another life's.
    if (startedIn !== generation) return current;
    look = fresh;
    const state = set(reasons.length === 0 ? READY : { ready: false, reasons });
    if (elsewhere !== undefined) redirect(redis, { from: peerOf(redis), to: elsewhere });
    if ((isReplica || elsewhere !== undefined) && !isRedisCluster(redis)) lookForMaster();
    return state;
  }

  function verify(): Promise<DurabilityState> {
    verifying ??= examine().finally(() => {
      verifying = undefined;
      if (isStale) void verifyAgain();
    });
    return verifying;
  }

  /** A check in progress may have read Redis before the event that calls for another. */
  async function verifyAgain(): Promise<void> {
    if (redis.status !== 'ready') return;
    isStale = verifying !== undefined;
    await verify();
  }

  function onClose() {
    generation += 1;
    look = undefined;
    // On the way to a master, the reason for that says more.
    const refusal = lastError && noConnection(lastError, causeOf(redis));
    if (!isLookingForMaster) set({ ready: false, reasons: [refusal ?? 'Redis cannot be reached'] });
    isLookingForMaster = false;
  }

  /** After a failover the old connection leads to what is a replica now; only a new one finds the master. */
  function lookForMaster(): void {
    isLookingForMaster = true;
    redis.disconnect(true);
  }

  async function confirm<T>(
    write: () => Promise<T>,
    { isWritten = () => true, messages = 0, isFact = false }: ConfirmOptions<T> = {},
  ): Promise<T> {
    if (!current.ready && !isFact) throw new NotDurableError(current.reasons.join('; '));
    if (messages > room) await verify();
    if (messages > room) throw new NotDurableError('Redis is nearly full');
    room -= messages;
    if (mode !== 'replicated') return write();
    const before = look;
    const result = await write();
    if (!isWritten(result)) return result;
    if (before === undefined) throw new NotDurableError('Redis was not checked');
    for (const isProbe of [false, true]) {
      const seen = await acknowledged({ isProbe, count: before.count }).catch((cause: unknown) => {
        throw new NotDurableError('Redis did not say what its replicas have', { cause });
      });
      // A promotion begins another history, which may lack the write.
      if (seen.id !== before.replicationId) throw new NotDurableError('Redis was replaced meanwhile');
      // The latest view counts: it may be of after the write.
      const missing = whatIsMissing(look?.view ?? before.view, seen, isFact ? 0 : replicas);
      if (missing.length === 0) return result;
      if (isProbe || seen.isTimedOut) {
        set({ ready: false, reasons: missing });
        void verifyAgain();
        throw new NotDurableError(missing.join('; '));
      }
    }
    return result;
  }

  const onReady = () => {
    lastError = undefined;
    void verifyAgain();
  };
  const onFailover = () => void verifyAgain();
  const onError = (error: Error) => {
    lastError = error;
    const reason = noConnection(error, causeOf(redis));
    if (reason !== undefined && redis.status !== 'ready') set({ ready: false, reasons: [reason] });
  };
  redis.on('ready', onReady);
  redis.on('close', onClose);
  redis.on('error', onError);
  redis.on('failover', onFailover);
  if (redis.status === 'ready') void verify();
  const timer = setInterval(() => {
    if (redis.status === 'ready') void verify();
  }, intervalMs);

  return {
    state: () => current,
    verify,
    confirm,
    stop: () => {
      clearInterval(timer);
      redis.off('ready', onReady);
      redis.off('close', onClose);
      redis.off('error', onError);
      redis.off('failover', onFailover);
      sentinels?.stop();
    },
  };
}

/** Where a connection leads, as a Sentinel would write it. */
function peerOf(redis: RedisClient): string {
  if (isRedisCluster(redis) || !(redis.stream instanceof Socket)) return '';
  const { remoteAddress, remotePort } = redis.stream;
  return `${remoteAddress?.replace(/^::ffff:/, '')}:${remotePort}`;
}

/** Conditions that no setting shows: out of memory, too few replicas for its own demands, a snapshot that failed. */
async function tryToWrite(redis: RedisClient): Promise<string[]> {
  try {
    await redis.set(gatewayKeys.probe, '1', 'PX', PROBE_TTL_MS);
    return [];
  } catch (error) {
    const refusal = writeRefusal(error);
    if (refusal === undefined) throw error;
    return [refusal];
  }
}
