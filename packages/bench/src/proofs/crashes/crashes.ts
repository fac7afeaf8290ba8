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
      `outcomes: ${tally(facts.map(({ outcomes }) => outcomes))}; ${sum(({ unknownAttempts }) => unknownAttempts)} attempts unknown`,
    ],
    violations,
  };
}

function tally(counts: Map<string, number>[]): string {
  const totals = new Map<string, number>();
  for (const [name, count] of counts.flatMap((map) => [...map]))
    totals.set(name, (totals.get(name) ?? 0) + count);
  return [...totals].map(([name, count]) => `${name} ${count}`).join(', ');
}
