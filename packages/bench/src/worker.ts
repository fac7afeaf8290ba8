import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchContext, payloadKey, profileArguments } from './bench-context.ts';
import { freePort } from './free-port.ts';
import { createGatewayQueue, createPlainQueue, type FilledQueue } from './filled-queue.ts';
import { type Program, startProgram } from './program.ts';
import { measureInRounds, type Rounds } from './rounds.ts';

export type WorkerSample = {
  perSecond: number;
  /** Microseconds of CPU time of the worker process for one message. */
  cpuUs: number;
  /** And of Redis. */
  redisUs: number;
  rssBytes: number;
};

export const ANSWER_AFTER_MS = 20;
export const CONCURRENCY = 100;
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Messages per second to a provider that answers after 20 ms, our worker beside the plain one. */
export async function benchWorker(context: BenchContext): Promise<Rounds<WorkerSample>> {
  const { redis, directory, isQuick, say } = context;
  const providerPort = await freePort();
  const adminPort = await freePort();
  const provider = await startProgram({
    name: 'provider',
    file: fileURLToPath(new URL('./provider/main.js', import.meta.url)),
    env: { PORT: String(providerPort), ANSWER_AFTER_MS: String(ANSWER_AFTER_MS) },
    directory,
  });
  const env = {
    REDIS_URL: redis.url,
    CONCURRENCY: String(CONCURRENCY),
    HTTP_PROVIDER_URL: `http://127.0.0.1:${providerPort}/messages`,
    HTTP_PROVIDER_TOKEN: 'bench-token',
  };
  const gateway = await startProgram({
    name: 'worker',
    file: join(root, 'services/worker/dist/main.js'),
    env: {
      ...env,
      PROVIDERS: 'http',
      PAYLOAD_KEYS: payloadKey.toString('base64url'),
      ADMIN_PORT: String(adminPort),
    },
    directory,
    readyUrl: `http://127.0.0.1:${adminPort}/readyz`,
    execArgv: profileArguments(context, 'worker'),
  });
  const plain = await startProgram({
    name: 'plain-worker',
    file: fileURLToPath(new URL('./plain-worker/main.js', import.meta.url)),
    env,
    directory,
  });
  const gatewayQueue = await createGatewayQueue(redis, payloadKey);
  const plainQueue = createPlainQueue(redis);

  try {
    const side = (name: string, program: Program, queue: FilledQueue, messages: number) => ({
      name,
      measure: () => measureSlice(context, { program, provider, queue, messages }),
    });
    // About the same time for each.
    const sides = [
      side('gateway', gateway, gatewayQueue, isQuick ? 2000 : 6000),
      side('plain', plain, plainQueue, isQuick ? 1000 : 3000),
    ];
    say('  warming up');
    for (const { measure } of [...sides, ...sides]) await measure();
    return await measureInRounds(sides, { rounds: isQuick ? 3 : 7, say });
  } finally {
    await Promise.all([gateway.stop(), plain.stop(), gatewayQueue.close(), plainQueue.close()]);
    await provider.stop();
  }
}

type Slice = { program: Program; provider: Program; queue: FilledQueue; messages: number };

async function measureSlice(
  { redis }: BenchContext,
  { program, provider, queue, messages }: Slice,
): Promise<WorkerSample> {
  await redis.reset();
  const before = await program.usage();
  // Stands still while its queue is filled, and then finds all of it.
  program.child.kill('SIGSTOP');
  await queue.fill(messages);
  const redisBefore = await redis.cpuUs();

  const answered = provider.ask({ expect: messages }, isFinished);
  const startedAt = performance.timeOrigin + performance.now();
  program.child.kill('SIGCONT');
  const { finishedAt } = await answered;
  await queue.untilEmpty();

  const after = await program.usage();
  return {
    perSecond: (messages / (finishedAt - startedAt)) * 1000,
    cpuUs: (after.cpuUs - before.cpuUs) / messages,
    redisUs: ((await redis.cpuUs()) - redisBefore) / messages,
    rssBytes: after.rssBytes,
  };
}

function isFinished(answer: object): answer is { finishedAt: number } {
  return 'finishedAt' in answer;
}
