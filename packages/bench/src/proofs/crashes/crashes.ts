import { playEpisodes, type ProofContext, type Verdict } from '../proof.ts';
import type { Copies } from './check-message.ts';
import { type EpisodeFacts, playCrashes } from './episode.ts';
import { startRedisUnderTest } from './redis-under-test.ts';

const ROUNDS = 8;

/** Services and Redis are killed at random under load: see `playCrashes`. */
export async function proveCrashes(context: ProofContext): Promise<Verdict> {
  const { isWeakened, directory } = context;
  const { facts, violations } = await playEpisodes(context, async (seed) => {
    await using redis = await startRedisUnderTest(context.redis, context);
    // Redis goes when this function is left.
    return await playCrashes({ seed, rounds: ROUNDS, redis, directory, answersEarly: isWeakened });
  });
  return { facts: accountOf(facts), violations };
}

function accountOf(episodes: EpisodeFacts[]): string[] {
  const sum = (count: (episode: EpisodeFacts) => number) =>
    episodes.reduce((total, episode) => total + count(episode), 0);
  const copies = (kind: Copies) => sum((episode) => episode.copies.get(kind) ?? 0);
  const strikes = episodes.flatMap((episode) => episode.strikes);
  const traces = episodes.flatMap((episode) => episode.traces);
  const unknown = traces.flatMap(({ attempts }) => attempts).filter(({ result }) => result === 'unknown');
  return [
    `accepted ${sum(({ accepted }) => accepted)}, lost ${sum(({ lost }) => lost)}, in ${episodes.length} episodes`,
    `sent more than once: ${copies('after_unknown')} with an attempt known as unknown, ${copies('after_undelivered')} with one known as undelivered, ${copies('unaccounted')} with neither`,
    delaysOf(traces.map(({ acceptedAt, outcomeAt = Infinity }) => outcomeAt - acceptedAt)),
    `outcomes: ${tally(traces.map(({ outcome = 'none' }) => outcome))}; attempts unknown: ${unknown.length}`,
    `strikes: ${tally(strikes.map(({ kind }) => kind))}; failovers: ${strikes.filter(({ promotes }) => promotes).length}`,
    `struck: ${tally(strikes.map(({ name }) => name))}`,
  ];
}

/** A message that takes longer than this is late: who waits for a code has asked for another. */
const LATE_MS = 30_000;

function delaysOf(delaysMs: number[]): string {
  const sorted = delaysMs.toSorted((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1000).toFixed(2);
  const late = sorted.filter((delayMs) => delayMs > LATE_MS).length;
  return `late (over ${LATE_MS / 1000} s): ${late}; from acceptance to outcome: median ${at(0.5)} s, 99 of 100 within ${at(0.99)} s, slowest ${at(1)} s`;
}

function tally(names: string[]): string {
  const totals = new Map<string, number>();
  for (const name of names) totals.set(name, (totals.get(name) ?? 0) + 1);
  const counts = [...totals].map(([name, count]) => `${name} ${count}`);
  return counts.toSorted((a, b) => a.localeCompare(b)).join(', ') || 'none';
}
