import { connectRedis } from '@sms-gateway/redis';
import { createTraceReader, type TraceReader } from '@sms-gateway/delivery';
import { type NotFollowed, redisErrorCode } from './follow.ts';

export type OpenedTraces = { kind: 'open'; traces: TraceReader; close: () => void } | NotFollowed;

/**
 * Connects to the gateway's Redis, and reconnects when it restarts. Unreachable if it does not answer within
 * `timeoutMs`.
 */
export async function openTraces(redisUrl: string, { timeoutMs = 2000 } = {}): Promise<OpenedTraces> {
  let fail: (error?: Error) => void = () => undefined;
  const failure = new Promise<NotFollowed>((resolve) => {
    fail = (error) => resolve({ kind: 'unreachable', code: redisErrorCode(error) });
  });
  const redis = connectRedis({ kind: 'standalone', url: redisUrl }, 'producer', {
    onError: fail,
    name: 'sms-gateway-send',
  });
  const ready = new Promise<OpenedTraces>((resolve) => {
    const traces = createTraceReader({ redis });
    redis.once('ready', () => resolve({ kind: 'open', traces, close: () => redis.disconnect() }));
  });
  const timer = setTimeout(fail, timeoutMs);
  const opened = await Promise.race([ready, failure]);
  clearTimeout(timer);
  if (opened.kind !== 'open') redis.disconnect();
  return opened;
}
