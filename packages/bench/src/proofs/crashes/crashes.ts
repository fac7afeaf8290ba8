import { playEpisodes, type ProofContext, type Verdict } from '../proof.ts';
import { playCrashes } from './episode.ts';
import { startRedisUnderTest } from './redis-under-test.ts';

const ROUNDS = 8;

/** Services and Redis are killed at random under load: see `playCrashes`. */
export async function proveCrashes(context: ProofContext): Promise<Verdict> {
  const { facts, violations } = await playEpisodes(context, async (seed) => {
    await using redis = await startRedisUnderTest(context.redis, context);
    // Redis goes when this function is left.
    return await playCrashes({ seed, rounds: ROUNDS, redis, directory: context.directory });
  });
  const sum = (count: (episode: (typeof facts)[number]) => number) =>
    facts.reduce((total, episode) => total + count(episode), 0);
  return {
    facts: [
      `${facts.length} episodes of ${ROUNDS} strikes, ${sum(({ accepted }) => accepted)} messages answered 200`,
      `strikes: ${tally(facts.map(({ strikes }) => strikes))}`,
      `sent twice: ${sum(({ sentTwice }) => sentTwice)}, each with an attempt that is known as unknown, or as undelivered`,
      ...delayFacts(facts.flatMap(({ delaysMs }) => delaysMs)),
      `outcomes: ${tally(facts.map(({ outcomes }) => outcomes))}; ${sum(({ unknownAttempts }) => unknownAttempts)} attempts unknown`,
    ],
    violations,
  };
}

/** A message that takes longer than this is late: who waits for a code has asked for another. */
const LATE_MS = 30_000;

function delayFacts(delaysMs: number[]): string[] {
  const sorted = delaysMs.toSorted((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1000).toFixed(2);
  const late = sorted.filter((delayMs) => delayMs > LATE_MS).length;
  return [
    `from acceptance to outcome: median ${at(0.5)} s, 99 of 100 within ${at(0.99)} s, slowest ${at(1)} s; later than ${LATE_MS / 1000} s: ${late}`,
  ];
}

function tally(counts: Map<string, number>[]): string {
  const totals = new Map<string, number>();
  for (const [name, count] of counts.flatMap((map) => [...map]))
    totals.set(name, (totals.get(name) ?? 0) + count);
  return [...totals].map(([name, count]) => `${name} ${count}`).join(', ');
}
