import type { BenchContext } from '../bench-context.ts';
import { createGatewayQueue, createPlainQueue, type FilledQueue } from '../filled-queue.ts';
import { measureDrain } from '../measure-drain.ts';
import type { Program } from '../program.ts';
import { table } from '../report.ts';
import { measureInRounds, roundsOf } from '../rounds.ts';
import {
  ANSWER_AFTER_MS,
  CONCURRENCY,
  startIdleWorker,
  startPlainWorker,
  startProvider,
  startWorker,
  stopAtEnd,
} from '../services.ts';

/** With fewer messages in hand, the wait for the provider limits the rate; with more, the CPU does. */
const CONCURRENCIES = [CONCURRENCY, 2 * CONCURRENCY];

/** Our worker and the plain one, which call a provider, and BullMQ's Worker that does nothing. */
export async function benchWorker(context: BenchContext): Promise<string> {
  const tables: string[] = [];
  for (const concurrency of CONCURRENCIES) tables.push(await benchAt(concurrency, context));
  return tables.join('\n');
}

async function benchAt(concurrency: number, context: BenchContext): Promise<string> {
  const { redis, isQuick } = context;
  await using programs = stopAtEnd();
  const provider = await programs.add(startProvider(context));
  const gateway = await programs.add(startWorker(context, provider, { concurrency }));
  const plain = await programs.add(startPlainWorker(context, provider, concurrency));
  const idle = await programs.add(startIdleWorker(context, concurrency));

  const side = (name: string, worker: Program, counter: Program, queue: FilledQueue) => ({
    name,
    measure: () =>
      measureDrain(redis, { workers: [worker], counter, queue, messages: isQuick ? 1500 : 4000 }),
  });
  const sides = [
    side('gateway', gateway, provider, createGatewayQueue(redis.client)),
    side('plain', plain, provider, createPlainQueue(redis.client, 'sms')),
    side('does nothing', idle, idle, createPlainQueue(redis.client, 'idle')),
  ];
  const rounds = await measureInRounds(context, sides, roundsOf(context));
  return table(
    `Worker, concurrency ${concurrency}, provider answers after ${ANSWER_AFTER_MS} ms`,
    rounds,
    'plain',
  );
}
