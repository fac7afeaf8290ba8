import { median, shuffled } from './statistics.ts';

/** One side of a comparison; `measure` runs it alone for a short while. */
export type Side<Sample> = { name: string; measure(): Promise<Sample> };

export type Rounds<Sample> = {
  /** Of each side, in the order of the rounds. */
  samples: Map<string, Sample[]>;
  /** How many times as fast `one` was as `other`: in every round, and the median. */
  ratio: (one: string, other: string) => { median: number; lowest: number; highest: number };
};

/**
 * Measures the sides in turn, in a new random order every round, so that what else the machine does meanwhile
 * befalls them alike. The ratio is the median of the ratios within a round.
 */
export async function measureInRounds<Sample extends { perSecond: number }>(
  sides: Side<Sample>[],
  { rounds, say }: { rounds: number; say: (line: string) => void },
): Promise<Rounds<Sample>> {
  const samples = new Map(sides.map(({ name }): [string, Sample[]] => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const shown: string[] = [];
    for (const side of shuffled(sides, Math.random)) {
      const sample = await side.measure();
      samples.get(side.name)?.push(sample);
      shown.push(`${side.name} ${Math.round(sample.perSecond)}/s`);
    }
    say(`  round ${round} of ${rounds}: ${shown.toSorted().join(', ')}`);
  }

  return {
    samples,
    ratio: (one, other) => {
      const others = samples.get(other) ?? [];
      const ratios = (samples.get(one) ?? []).map(
        ({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN),
      );
      return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
    },
  };
}
