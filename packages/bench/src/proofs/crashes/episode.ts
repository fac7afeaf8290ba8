import { setTimeout as delay } from 'node:timers/promises';
import { createTraceReader, readQueueCounts, type Trace } from '@sms-gateway/delivery';
import { createRandom } from '../../random.ts';
import { type GatewayProcesses, prepareGateway } from '../gateway-processes.ts';
import { postCode } from '../post-code.ts';
import { violationsOf } from './check-message.ts';
import { type FlakyProviders, startFlakyProviders } from './flaky-providers.ts';
import type { RedisUnderTest } from './disasters.ts';

const CLIENTS = 8;
const WORKERS = 2;
const BETWEEN_POSTS_MS = 50;
/** Accepted messages between two crashes. */
const MESSAGES_A_ROUND = 40;
/** Milliseconds, longer than any message lives: what has not come by then comes never. */
const PATIENCE_MS = 240_000;

export type CrashFacts = {
  accepted: number;
  /** By what was struck. */
  strikes: Map<string, number>;
  /** By outcome. */
  outcomes: Map<string, number>;
  unknownAttempts: number;
  /** That two providers took, or one took twice: each has an attempt that is known to be unknown, or undelivered. */
  sentTwice: number;
  /** Milliseconds from each message's acceptance to its outcome. */
  delaysMs: number[];
};

type Options = {
  seed: number;
  rounds: number;
  redis: RedisUnderTest;
  directory: string;
};

/**
 * Clients post codes while, round after round, a service or Redis is struck at random. At the end every message that
 * was answered 200 is held against its trace and the providers' own records. The seed draws what is struck and how the
 * providers fail; the moments are the machine's.
 */
export async function playCrashes({
  seed,
  rounds,
  redis,
  directory,
}: Options): Promise<{ facts: CrashFacts; violations: string[] }> {
  const random = createRandom(seed);
  let providers: FlakyProviders | undefined;
  const gateway = await prepareGateway(directory);
  try {
    providers = await startFlakyProviders(gateway.url, random);
    gateway.configure({ ...redis.env, ...providers.env });
    await Promise.all(
      (['ingress', ...Array.from({ length: WORKERS }, () => 'worker' as const)] as const).map((service) =>
        gateway.start(service),
      ),
    );
    const clients = startClients(gateway);
    const strikes = new Map<string, number>();
    for (let round = 1; round <= rounds; round += 1) {
      await clients.untilAccepted(MESSAGES_A_ROUND);
      const name = await strike(gateway, redis, random);
      strikes.set(name, (strikes.get(name) ?? 0) + 1);
    }
    const accepted = await clients.stop();
    const { traces, violations } = await check(accepted, redis, providers);
    const outcomes = new Map<string, number>();
    for (const { outcome = 'none' } of traces) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const unknownAttempts = traces
      .flatMap(({ attempts }) => attempts)
      .filter(({ result }) => result === 'unknown').length;
    const sentTwice = traces.filter(
      ({ attempts }) =>
        attempts.filter(({ result, receipt }) => result === 'accepted' || receipt?.status === 'delivered')
          .length > 1,
    ).length;
    const delaysMs = traces.map(({ acceptedAt, outcomeAt = Infinity }) => outcomeAt - acceptedAt);
    return {
      facts: { accepted: accepted.length, strikes, outcomes, unknownAttempts, sentTwice, delaysMs },
      violations,
    };
  } finally {
    await gateway[Symbol.asyncDispose]();
    await providers?.[Symbol.asyncDispose]();
  }
}

/** Milliseconds, longer than a worker's lock: another takes what the frozen one has in hand. */
const FROZEN_MS = 8000;

/** A service that is struck is frozen for a while, or killed and started again. */
async function strike(
  gateway: GatewayProcesses,
  redis: RedisUnderTest,
  random: () => number,
): Promise<string> {
  const services = gateway.running();
  const struck = Math.floor(random() * (services.length + redis.disasters.length));
  const victim = services[struck];
  if (victim !== undefined && random() < 0.5) {
    victim.program.child.kill('SIGSTOP');
    await delay(FROZEN_MS);
    victim.program.child.kill('SIGCONT');
    return `${victim.service} frozen`;
  }
  if (victim !== undefined) {
    await gateway.kill(victim.program);
    await gateway.start(victim.service);
    return `${victim.service} killed`;
  }
  const disaster = redis.disasters[struck - services.length];
  if (disaster === undefined) throw new Error('nothing to strike');
  await disaster.strike();
  return disaster.name;
}

function startClients(gateway: GatewayProcesses) {
  const accepted: string[] = [];
  const over = new AbortController();
  let number = 0;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!over.signal.aborted) {
      number += 1;
      // While the ingress is away there is nobody to answer.
      const answer = await postCode(gateway.url, gateway.auth0, number).catch(() => undefined);
      if (answer?.status === 200 && answer.id !== undefined) accepted.push(answer.id);
      await delay(BETWEEN_POSTS_MS);
    }
  });
  return {
    untilAccepted: async (more: number) => {
      const wanted = accepted.length + more;
      const isEnough = await patiently(async () => accepted.length >= wanted || undefined);
      if (isEnough === undefined) throw new Error('The gateway takes no messages any more.');
    },
    /** Resolves with the ids of all that were answered 200. */
    stop: async () => {
      over.abort();
      await Promise.all(clients);
      return accepted;
    },
  };
}

async function check(accepted: string[], redis: RedisUnderTest, providers: FlakyProviders) {
  const reader = createTraceReader({ redis: redis.client });
  const violations: string[] = [];
  const concluded: Trace[] = [];
  for (const id of accepted) {
    const trace = await patiently(async () => {
      const found = await reader.read(id);
      return found?.outcome === undefined ? undefined : found;
    });
    if (trace !== undefined) concluded.push(trace);
    else violations.push(`${id} was answered 200 and has no outcome`);
    if (violations.length > 0) break;
  }
  // A receipt may put a message back: what counts is how things are once nothing is left to do.
  await patiently(async () => (providers.receiptsUnderWay() === 0 ? true : undefined));
  const isEmpty = await patiently(async () => {
    const { waiting, delayed, active } = await readQueueCounts(redis.client);
    return waiting + delayed + active === 0 || undefined;
  });
  if (isEmpty === undefined) violations.push('the queue is not empty at the end');

  const traces: Trace[] = [];
  for (const first of concluded) {
    const last = await reader.read(first.id);
    if (last !== undefined) traces.push(last);
    violations.push(...violationsOf(first, last, providers.record.get(first.id) ?? []));
  }
  // Nothing was sent that nobody wrote down: also what was never answered 200 has a trace that tells of it.
  for (const [id, requests] of providers.record) {
    const attempts = (await reader.read(id))?.attempts.length ?? 0;
    if (attempts < requests.length)
      violations.push(`${id} was sent ${requests.length} times, and its trace has ${attempts} attempts`);
  }
  return { traces, violations };
}

/** Resolves with the first answer, or with undefined when there is none for too long. */
async function patiently<Answer>(look: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    // While Redis is away it cannot be asked.
    const answer = await look().catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(20);
  }
  return undefined;
}
