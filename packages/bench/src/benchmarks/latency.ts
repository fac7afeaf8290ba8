import type { BenchContext } from '../bench-context.ts';
import { fillSharedWindows } from '../full-windows.ts';
import { arrivalsMs, runOpenLoop, type Timing } from '../load/open-loop.ts';
import { CONNECTIONS, createRequestsForSlice, measureAccepting } from '../measure-accepting.ts';
import { measureDelivery, prepareRedis } from '../measure-delivery.ts';
import { cpuPerMessage, createMeter } from '../meter.ts';
import { type Pair, startPairs } from '../pairs.ts';
import { createRandom } from '../random.ts';
import { table } from '../report.ts';
import { type Figures, measureInRounds, medianOf, roundsOf } from '../rounds.ts';
import { startIngress, startPlainIngress, stopAtEnd } from '../services.ts';
import { quantile } from '../statistics.ts';

/** Messages a second of a busy tenant. */
const STEADY_PER_SECOND = 50;
const SHARES = { 'half of': 0.5, '80 % of': 0.8 };

/**
 * Latency where requests arrive whether or not earlier ones are answered, counted from when each was due: of accepting at
 * half and at 80 % of the maximum, and of the whole way at 50/s.
 */
export async function benchLatency(context: BenchContext): Promise<string> {
  return `${await benchAccepting(context)}\n${await benchWholeWay(context)}`;
}

async function benchAccepting(context: BenchContext): Promise<string> {
  const { isQuick, redis } = context;
  await using programs = stopAtEnd();
  const prepared = [
    { name: 'gateway', ingress: await programs.add(startIngress(context, 'on')), fill: fillSharedWindows },
    { name: 'plain', ingress: await programs.add(startPlainIngress(context)), fill: async () => undefined },
  ];

  const windowMs = isQuick ? 700 : 1500;
  const atFullSpeed = prepared.map(({ name, ingress, fill }) => {
    const { take, took } = createRequestsForSlice(context, windowMs);
    const measure = async () => {
      await redis.reset();
      await fill(redis);
      return took(await measureAccepting(context, [ingress], { windowMs, requests: take() }));
    };
    return { name, measure };
  });
  const fullSpeed = await measureInRounds(context, atFullSpeed, {
    ...roundsOf(context),
    rounds: isQuick ? 2 : 3,
  });
  const maxima = new Map(prepared.map(({ name }) => [name, medianOf(fullSpeed, name, 'accepted/s')]));
  const lower = Math.min(...maxima.values());

  const atRates = prepared.map(({ name, ingress, fill }) => ({
    name,
    measure: async () => {
      const figures: Figures = {};
      for (const [maximum, label] of [
        [lower, 'the lower maximum'],
        [maxima.get(name) ?? lower, 'its own maximum'],
      ] as const) {
        for (const [share, factor] of Object.entries(SHARES)) {
          await redis.reset();
          await fill(redis);
          const perSecond = maximum * factor;
          const { timings } = await sendAtRate(context, ingress.port, perSecond, isQuick ? 1 : 3);
          Object.assign(figures, {
            [`${share} ${label}: requests/s`]: perSecond,
            ...latencies(`${share} ${label}: accept`, timings.map(toAnswerMs)),
          });
        }
      }
      return figures;
    },
  }));
  const rounds = await measureInRounds(context, atRates, { rounds: isQuick ? 1 : 3 });
  return [
    table(`Accept at full speed, ${CONNECTIONS} connections`, fullSpeed, 'plain'),
    table('Accept at a fixed rate', rounds, 'plain'),
  ].join('\n');
}

async function benchWholeWay(context: BenchContext): Promise<string> {
  const { isQuick } = context;
  await using programs = stopAtEnd();
  const pairs = await startPairs(context, programs);
  const warmUp = pairs.map((pair) => ({
    name: pair.name,
    measure: () => measureDelivery(context, pair, 4000),
  }));
  await measureInRounds(context, warmUp, { ...roundsOf(context), rounds: 0 });
  const sides = pairs.map((pair) => ({ name: pair.name, measure: () => measureWholeWay(context, pair) }));
  const rounds = await measureInRounds(context, sides, { rounds: isQuick ? 1 : 3 });
  return table(`Accept and deliver at ${STEADY_PER_SECOND}/s`, rounds, 'plain');
}

async function measureWholeWay(context: BenchContext, pair: Pair): Promise<Figures> {
  const { ingress, worker, provider, queue } = pair;
  await prepareRedis(context, pair);
  await askArrivals(provider);
  const meter = createMeter(context.redis, { ingress: [ingress], worker: [worker] });
  const before = await meter.read();
  const { timings, recipients } = await sendAtRate(
    context,
    ingress.port,
    STEADY_PER_SECOND,
    context.isQuick ? 5 : 10,
  );
  await queue.untilIdle();
  const after = await meter.read();
  const arrivedAtMs = new Map(await askArrivals(provider));
  const toProviderMs = timings.map(({ dueAtMs }, index) => {
    const atMs = arrivedAtMs.get(recipients[index] ?? '');
    if (atMs === undefined) throw new Error('a message never reached the provider');
    return atMs - dueAtMs;
  });
  return {
    ...latencies('accept', timings.map(toAnswerMs)),
    ...latencies('accept to provider', toProviderMs),
    ...cpuPerMessage(before, after, timings.length),
  };
}

async function sendAtRate(context: BenchContext, port: number, perSecond: number, seconds: number) {
  const { requests, recipients } = context.requests.take(Math.round(perSecond * seconds));
  // The same bursts for both sides.
  const arrivals = arrivalsMs(requests.length, perSecond, createRandom(1));
  return { timings: await runOpenLoop(port, requests, arrivals), recipients };
}

const toAnswerMs = ({ dueAtMs, answeredAtMs }: Timing) => answeredAtMs - dueAtMs;

const latencies = (name: string, valuesMs: number[]): Figures => ({
  [`${name} p50, ms`]: quantile(valuesMs, 0.5),
  [`${name} p99, ms`]: quantile(valuesMs, 0.99),
});

async function askArrivals(provider: Pair['provider']): Promise<[recipient: string, atMs: number][]> {
  const fits = (answer: object): answer is { arrivals: [string, number][] } => 'arrivals' in answer;
  return (await provider.ask('arrivals', fits)).arrivals;
}
