/** What every proof gets. */
export type ProofContext = {
  /** Of the first episode; each one after it has the next. */
  seed: number;
  /** Whether there is time for one more episode. */
  hasTime: () => boolean;
  /** `--redis`: what the services keep their messages in. */
  redis: string;
  /** `--weakened`: the ingress answers 200 before it writes, so that the proof has something to find. */
  isWeakened: boolean;
  /** For everything that the processes write. */
  directory: string;
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
};

/** What came of a proof: facts to read, and what must never be. */
export type Verdict = { facts: string[]; violations: string[] };

export type Proof = (context: ProofContext) => Promise<Verdict>;

/**
 * Runs one episode after the other, with a seed each, until the time is over: at least one. A violation names the seed
 * that plays its episode again, and ends the proof.
 */
export async function playEpisodes<Facts>(
  { seed: first, hasTime, say }: ProofContext,
  play: (seed: number) => Promise<{ facts: Facts; violations: string[] }>,
): Promise<{ facts: Facts[]; violations: string[] }> {
  const facts: Facts[] = [];
  const violations: string[] = [];
  for (let seed = first; seed === first || (hasTime() && violations.length === 0); seed += 1) {
    const before = violations.length;
    try {
      const episode = await play(seed);
      facts.push(episode.facts);
      violations.push(...episode.violations.map((violation) => `seed ${seed}: ${violation}`));
    } catch (error) {
      // The account of the episodes before is worth having.
      violations.push(
        `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    say(`  seed ${seed}: ${violations.length === before ? 'holds' : 'VIOLATED'}`);
  }
  return { facts, violations };
}
