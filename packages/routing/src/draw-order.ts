import { createHash } from 'node:crypto';

/**
 * Draws an order of weighted choices from `seed`: the same for the same seed, on every worker and after every crash. The
 * chance of being first is the choice's share of the total weight, and so on among the rest (Efraimidis and Spirakis,
 * "Weighted random sampling with a reservoir", 2006: sort by u^(1/w)).
 */
export function drawOrder<Choice extends { name: string; weight: number }>(
  choices: Choice[],
  seed: string,
): Choice[] {
  const drawn = choices.map((choice) => ({
    choice,
    // The logarithm of u^(1/w) has the same order, without losing precision.
    key: Math.log(uniform(`${seed}\n${choice.name}`)) / choice.weight,
  }));
  return drawn.toSorted((a, b) => b.key - a.key).map(({ choice }) => choice);
}

/** In (0, 1], with 48 bits. */
function uniform(text: string): number {
  return (createHash('sha256').update(text).digest().readUIntBE(0, 6) + 1) / 2 ** 48;
}
