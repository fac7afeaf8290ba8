import { setTimeout as delay } from 'node:timers/promises';
import type { Trace } from '@sms-gateway/delivery';
import { createRandom } from '../../random.ts';
import { prepareGateway } from '../gateway-processes.ts';
import { type Account, patiently, takeAccount } from './account.ts';
import { startClients } from './clients.ts';
import type { Copies } from './check-message.ts';
import type { Disaster, RedisUnderTest } from './disasters.ts';
import { startFlakyProviders } from './flaky-providers.ts';
import { drawn, serviceDisasters } from './strikes.ts';

const WORKERS = 2;
/** Accepted messages between two strikes. */
const MESSAGES_A_ROUND = 40;
/** Milliseconds that one strike may take. A limit for hangs. */
const STRIKE_WITHIN_MS = 120_000;

export type EpisodeFacts = {
  accepted: number;
  lost: number;
  strikes: Disaster[];
  copies: Map<Copies, number>;
  traces: Trace[];
};

type Options = {
  seed: number;
  rounds: number;
  redis: RedisUnderTest;
  /** For what the services write. */
  directory: string;
  /** The ingress answers 200 before it writes: the account must find a loss. */
  answersEarly?: boolean;
};

/**
 * Clients post codes while, round after round, a service or Redis is struck. At the end every message that was answered
 * 200 is held against its trace and the providers' own records. The seed draws what is struck and, apart from that, how
 * the providers fail; the moments are the machine's.
 */
export async function playCrashes({
  seed,
  rounds,
  redis,
  directory,
  answersEarly = false,
}: Options): Promise<{ facts: EpisodeFacts; violations: string[] }> {
  await using gateway = await prepareGateway(directory, { answersEarly });
  await using providers = await startFlakyProviders(gateway.url, createRandom(seed + 2 ** 31));
  gateway.configure({ ...redis.env, ...providers.env });
  const services = ['ingress', ...Array.from({ length: WORKERS }, () => 'worker' as const)] as const;
  await Promise.all(services.map((service) => gateway.start(service)));

  const clients = startClients(gateway);
  const strikes: Disaster[] = [];
  const troubles: string[] = [];
  try {
    for (const disaster of drawn([...serviceDisasters(gateway), ...redis.disasters], createRandom(seed))) {
      if (strikes.length === rounds) break;
      await untilMore(clients.accepted);
      await within(STRIKE_WITHIN_MS, disaster);
      strikes.push(disaster);
    }
  } catch (error) {
    // What was accepted until then is held to account all the same.
    troubles.push(`the proof could not go on: ${error instanceof Error ? error.message : String(error)}`);
  }
  const accepted = await clients.stop();
  const { lost, copies, traces, violations }: Account = await takeAccount(accepted, redis.client, providers);
  return {
    facts: { accepted: accepted.length, lost: lost.length, strikes, copies, traces },
    violations: [...troubles, ...violations],
  };
}

async function untilMore(accepted: readonly unknown[]): Promise<void> {
  const wanted = accepted.length + MESSAGES_A_ROUND;
  const isEnough = await patiently(async () => accepted.length >= wanted || undefined);
  if (isEnough === undefined) throw new Error('the gateway takes no messages any more');
}

async function within(limitMs: number, { name, strike }: Disaster): Promise<void> {
  const over = new AbortController();
  const late = delay(limitMs, 'late' as const, { signal: over.signal }).catch(() => undefined);
  const winner = await Promise.race([strike(), late]);
  over.abort();
  if (winner === 'late') throw new Error(`"${name}" was not over after ${limitMs / 1000} s`);
}
