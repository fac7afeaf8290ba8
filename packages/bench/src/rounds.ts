import type { BenchContext } from './bench-context.ts';
import { showNumber } from './show-number.ts';
import { median, shuffled } from './statistics.ts';

/** V8 optimises a service further until it has handled some 20,000 messages: five rounds of most benchmarks. */
const WARM_UP_ROUNDS = 5;
const QUICK_WARM_UP_ROUNDS = 2;

/** How many rounds a benchmark of running services takes. */
export const roundsOf = ({ isQuick }: Pick<BenchContext, 'isQuick'>) =>
  isQuick ? { warmUp: QUICK_WARM_UP_ROUNDS, rounds: 3 } : { warmUp: WARM_UP_ROUNDS, rounds: 7 };

/** What one measurement gave, by what a table calls it, unit included. The first is shown while it runs. */
export type Figures = Record<string, number>;

/** One side of a comparison; `measure` runs it alone for a short while. */
export type Side = { name: string; measure: () => Promise<Figures> };

/** The figures of each side, in the order of the rounds. */
export type Rounds = Map<string, Figures[]>;

/**
 * Measures the sides in turn, in a new random order every round, so that other work on the machine affects them alike.
 * The rounds to warm up are not counted. Where the time runs out there are fewer rounds, but at least one.
 */
export async function measureInRounds(
  { say, hasTime }: Pick<BenchContext, 'say' | 'hasTime'>,
  sides: readonly Side[],
  { warmUp = 0, rounds }: { warmUp?: number; rounds: number },
): Promise<Rounds> {
  const measured: Rounds = new Map(sides.map(({ name }) => [name, []]));
  if (warmUp > 0) say('  warming up');
  for (let round = 1 - warmUp; round <= rounds && (round <= 1 || hasTime()); round += 1) {
    const shown: string[] = [];
    for (const { name, measure } of shuffled(sides, Math.random)) {
      const figures = await measure();
      if (round < 1) continue;
      measured.get(name)?.push(figures);
      const [first] = Object.entries(figures);
      shown.push(`${name} ${showNumber(first?.[1] ?? Number.NaN)}`);
    }
    if (round >= 1) say(`  round ${round} of ${rounds}: ${shown.toSorted().join(', ')}`);
  }
  return measured;
}

export function medianOf(rounds: Rounds, side: string, figure: string): number {
  return median((rounds.get(side) ?? []).map((figures) => figures[figure] ?? Number.NaN));
}

/** How many times the figure of `other` the figure of `one` was, round by round. */
export function ratioOf(
  rounds: Rounds,
  figure: string,
  one: string,
  other: string,
): { median: number; lowest: number; highest: number } {
  const others = rounds.get(other) ?? [];
  const ratios = (rounds.get(one) ?? []).map(
    (figures, round) => (figures[figure] ?? Number.NaN) / (others[round]?.[figure] ?? Number.NaN),
  );
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}
