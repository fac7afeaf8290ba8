import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './last-lines.ts';
import { askRedis, type RedisFacts } from './ask-redis.ts';

type Options = {
  url: string;
  child: ChildProcess;
  ended: Promise<void>;
  logFile: string;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
};

/** Waits until a Redis that was just started answers. Rejects with the end of its log if it ends first or never answers. */
export async function untilAnswering({
  url,
  child,
  ended,
  logFile,
  signal,
  timeoutMs = 60_000,
}: Options): Promise<RedisFacts> {
  let isOver = false;
  const over = ended.then(() => (isOver = true));
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const facts = await askRedis(url).catch(() => undefined);
    if (facts !== undefined) return facts;
    await Promise.race([over, delay(50)]);
    if (isOver) break;
  }
  const log = (await lastLines(logFile, 5)).join('\n');
  const what = isOver ? `ended with ${child.signalCode ?? `exit code ${child.exitCode}`}` : 'does not answer';
  throw new Error(`The Redis that was just started ${what}. Its log ends with:\n${log}`);
}
