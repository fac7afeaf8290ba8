import { Redis } from 'ioredis';
import type { BenchContext } from '../bench-context.ts';
import { createGatewayQueue } from '../filled-queue.ts';
import { fillSharedWindows } from '../full-windows.ts';
import { CONNECTIONS, createRequestsForSlice, measureAccepting } from '../measure-accepting.ts';
import { measureDrain } from '../measure-drain.ts';
import { perRedisCore } from '../meter.ts';
import { table } from '../report.ts';
import { measureInRounds } from '../rounds.ts';
import {
  CONCURRENCY,
  type Listening,
  startIngress,
  startProvider,
  startWorker,
  stopAtEnd,
} from '../services.ts';

const COUNTS = [1, 2, 4];
const nameOf = (count: number) => (count === 1 ? '1 process' : `${count} processes`);

/** Several ingresses, and several workers, on one Redis: what a message costs Redis then. */
export async function benchProcesses(context: BenchContext): Promise<string> {
  return `${await benchIngresses(context)}\n${await benchWorkers(context)}`;
}

async function benchIngresses(context: BenchContext): Promise<string> {
  const { redis, isQuick } = context;
  await using programs = stopAtEnd();
  const ingresses: Listening[] = [];
  for (let index = 0; index < Math.max(...COUNTS); index += 1) {
    ingresses.push(await programs.add(startIngress(context, 'on')));
  }
  const windowMs = isQuick ? 700 : 1500;
  const sides = COUNTS.map((count) => {
    const { take, took } = createRequestsForSlice(context, windowMs);
    const measure = async () => {
      await redis.reset();
      await fillSharedWindows(redis);
      const some = ingresses.slice(0, count);
      const figures = took(await measureAccepting(context, some, { windowMs, requests: take() }));
      return { ...figures, ...perRedisCore(figures) };
    };
    return { name: nameOf(count), measure };
  });
  const rounds = await measureInRounds(
    context,
    sides,
    isQuick ? { warmUp: 1, rounds: 2 } : { warmUp: 2, rounds: 5 },
  );
  return table(`Ingress, ${CONNECTIONS} connections to each`, rounds, nameOf(1));
}

async function benchWorkers(context: BenchContext): Promise<string> {
  const { redis, isQuick } = context;
  await using programs = stopAtEnd();
  const provider = await programs.add(startProvider(context));
  const sides = [];
  const clients: Redis[] = [];
  for (const [index, count] of COUNTS.entries()) {
    // A logical database for each group: workers that run take every message of their queue.
    const url = `${redis.url}/${index + 1}`;
    const client = new Redis(url, { maxRetriesPerRequest: null });
    clients.push(client);
    const workers: Listening[] = [];
    for (let one = 0; one < count; one += 1)
      workers.push(await programs.add(startWorker(context, provider, { redisUrl: url })));
    const queue = createGatewayQueue(client);
    const messages = isQuick ? 2000 : 5000;
    sides.push({
      name: nameOf(count),
      measure: async () => {
        const figures = await measureDrain(redis, { workers, counter: provider, queue, messages });
        return { ...figures, ...perRedisCore(figures) };
      },
    });
  }
  const rounds = await measureInRounds(
    context,
    sides,
    isQuick ? { warmUp: 1, rounds: 2 } : { warmUp: 2, rounds: 5 },
  );
  for (const client of clients) client.disconnect();
  return table(`Worker, concurrency ${CONCURRENCY} each`, rounds, nameOf(1));
}
