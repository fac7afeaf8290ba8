import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { type BenchContext, payloadKey } from '../bench-context.ts';
import { createGatewayQueue, type FilledQueue } from '../filled-queue.ts';
import { countedBy, measureDrain, untilCounted } from '../measure-drain.ts';
import { cpuPerMessage, createMeter, type Meter } from '../meter.ts';
import { table } from '../report.ts';
import { showNumber } from '../show-number.ts';
import { sharedClockMs } from '../shared-clock.ts';
import { median } from '../statistics.ts';
import type { Figures, Rounds } from '../rounds.ts';
import { type Listening, startOwnProgram, startProvider, startWorker, stopAtEnd } from '../services.ts';

const DEPTHS = [100, 1000, 10_000, 100_000, 1_000_000];
const QUICK_DEPTHS = [100, 1000, 10_000, 100_000];
/** Messages that are measured at each depth: the last that are added, and the first that are delivered at full speed. */
const MEASURED = 4000;
/** Added and delivered before these: a process that waited while the queue was filled has to get up to speed again. */
const NOT_MEASURED = 4000;
/** Processes that fill the queue up to what is measured. */
const FILLERS = 2;
/** Each filler has so many numbers for itself: more than it ever adds. */
const NUMBERS_EACH = 2_000_000;
const FILL_AT_ONCE = 50_000;
/** Milliseconds: a slow machine measures at the depth that it has reached. */
const FILL_WITHIN_MS = 600_000;
/** More than a message takes in Redis, or in its append-only file. */
const BYTES_PER_MESSAGE = 6000;

type Parts = {
  provider: Listening;
  worker: Listening;
  fillers: Listening[];
  queue: FilledQueue;
  meter: Meter;
};

/** What a message costs with few and with many in the queue, every default rule on. */
export async function benchQueued(context: BenchContext): Promise<string> {
  const { redis, isQuick, say } = context;
  await using programs = stopAtEnd();
  const provider = await programs.add(startProvider(context));
  const worker = await programs.add(startWorker(context, provider));
  const queue = createGatewayQueue(redis.client);
  const fillers: Listening[] = [];
  for (let filler = 1; filler <= FILLERS; filler += 1) {
    const env = {
      REDIS_URL: redis.url,
      PAYLOAD_KEY: payloadKey.toString('base64url'),
      FIRST_NUMBER: String(filler * NUMBERS_EACH),
    };
    fillers.push(await programs.add(startOwnProgram(context, 'queue-filler', env)));
  }
  const parts = { provider, worker, fillers, queue, meter: createMeter(redis, { worker: [worker] }) };
  say('  warming up');
  await measureDrain(redis, { workers: [worker], counter: provider, queue, messages: 3000 });

  const rounds: Rounds = new Map();
  for (const depth of isQuick ? QUICK_DEPTHS : DEPTHS) {
    if (!(await hasRoomFor(depth * BYTES_PER_MESSAGE, context))) {
      say(`  ${depth} queued: left out, this machine is short of memory or of room for its files`);
      continue;
    }
    const samples: Figures[] = [];
    const repeats = Math.ceil(MEASURED / 2 / Math.min(depth, MEASURED));
    for (let repeat = 0; repeat < repeats; repeat += 1)
      samples.push(await measureDepth(context, parts, depth));
    const reached = median(samples.map((figures) => figures['messages queued'] ?? Number.NaN));
    rounds.set(`${showNumber(reached)} queued`, samples);
    say(`  ${showNumber(reached)} queued: measured`);
  }
  return table('With many messages queued', rounds);
}

async function hasRoomFor(bytes: number, { directory }: BenchContext): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return freemem() > bytes && bavail * bsize > bytes;
}

async function measureDepth(context: BenchContext, parts: Parts, depth: number): Promise<Figures> {
  const { redis } = context;
  const { queue, meter } = parts;
  const measured = Math.min(depth, MEASURED);
  await redis.reset();
  await queue.pause();
  const emptyBytes = await redis.memoryBytes();
  const isAll = measured === depth;
  const notMeasured = isAll ? 0 : NOT_MEASURED;
  let queued = await fill(context, parts, depth - measured - notMeasured);
  await queue.fill(notMeasured);
  queued += notMeasured;

  const beforeAdd = await meter.read();
  await queue.fill(measured);
  queued += measured;
  const afterAdd = await meter.read();
  const add = cpuPerMessage(beforeAdd, afterAdd, measured);
  const bytes = (await redis.memoryBytes()) - emptyBytes;
  const keys = await redis.client.dbsize();
  return {
    'messages queued': queued,
    'add: messages/s': (measured / (afterAdd.atMs - beforeAdd.atMs)) * 1000,
    'add: producer, CPU us/message': add['load, CPU us/message'] ?? Number.NaN,
    'add: Redis, CPU us/message': add['Redis, CPU us/message'] ?? Number.NaN,
    'Redis keys/message': keys / queued,
    'Redis memory, bytes/message': bytes / queued,
    ...(await deliver(parts, measured, { isAll })),
  };
}

/** Adds messages from several processes, and tells how many it was in the time that there is. */
async function fill({ say }: BenchContext, { fillers }: Parts, messages: number): Promise<number> {
  const isFilled = (answer: object): answer is { filled: number } => 'filled' in answer;
  const startedAtMs = sharedClockMs();
  let queued = 0;
  while (queued < messages && sharedClockMs() - startedAtMs < FILL_WITHIN_MS) {
    const each = Math.ceil(Math.min(FILL_AT_ONCE, messages - queued) / fillers.length);
    await Promise.all(fillers.map((filler) => filler.ask({ fill: each }, isFilled)));
    queued += each * fillers.length;
    if (messages > FILL_AT_ONCE)
      say(`  filling: ${queued} queued after ${Math.round((sharedClockMs() - startedAtMs) / 1000)} s`);
  }
  return queued;
}

/** Measures the whole queue, or messages while the worker is at full speed, after the first of them. */
async function deliver(
  { provider, queue, meter }: Parts,
  messages: number,
  { isAll }: { isAll: boolean },
): Promise<Figures> {
  const read = async () => {
    const [reading, counted] = await Promise.all([meter.read(), countedBy(provider)]);
    return { ...reading, counted };
  };
  const atRest = await read();
  const warm = untilCounted(provider, isAll ? messages : NOT_MEASURED);
  await queue.resume();
  await warm;
  const before = isAll ? atRest : await read();
  if (isAll) await queue.untilIdle();
  else await untilCounted(provider, messages);
  const after = await read();
  await queue.pause();
  const delivered = after.counted - before.counted;
  const cpu = cpuPerMessage(before, after, delivered);
  return {
    'deliver: messages/s': (delivered / (after.atMs - before.atMs)) * 1000,
    'deliver: worker, CPU us/message': cpu['worker, CPU us/message'] ?? Number.NaN,
    'deliver: Redis, CPU us/message': cpu['Redis, CPU us/message'] ?? Number.NaN,
  };
}
