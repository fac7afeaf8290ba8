import { type AttackResult, type Defence, DEFENCES, ORIGINS, simulate } from '../attack.ts';
import { startPrivateRedis } from '../private-redis.ts';
import { playEpisodes, type ProofContext, type Verdict } from './proof.ts';

/** Of the pumped codes, the share that gets through at most. */
const MAX_SHARES: Record<string, number> = {
  'guard enforces, logins told': 0.01,
  'guard enforces, receipts only': 0.15,
  'defaults, block +880 after 10 min': 0.05,
};
/** Of the real requests on the day of the attack: an unlucky hour in another country is not the attack's doing. */
const MAX_SHARE_LOCKED_OUT_ELSEWHERE = 0.04;
const CONTROL = 'none (SCREENING=off)';

/** Pumping attacks among other real users with every seed, from each kind of origin in turn. */
export async function proveAttack(context: ProofContext): Promise<Verdict> {
  const { directory, env, say } = context;
  const redis = await startPrivateRedis(directory, { env, say });
  try {
    // Days of traffic one after the other: to wait for the disk each time would prove nothing more.
    await redis.client.config('SET', 'appendonly', 'no');
    const { facts, violations } = await playEpisodes(context, async (seed) => {
      const lines: string[] = [];
      const found: string[] = [];
      const origin = ORIGINS[seed % ORIGINS.length] ?? 'one address';
      for (const defence of DEFENCES.filter(({ name }) => name === CONTROL || name in MAX_SHARES)) {
        await redis.client.flushall();
        const result = await simulate(redis.client, defence, origin, seed);
        const told = `${origin}, ${defence.name}: ${result.pumpedThrough} of ${result.pumped} pumped codes through, ${result.lockedOut} users locked out (${result.lockedOutElsewhere} elsewhere)`;
        say(`  ${told}`);
        lines.push(`seed ${seed}, ${told}`);
        found.push(...violationsOf(defence, result).map((violation) => `${told}: ${violation}`));
      }
      return { facts: lines, violations: found };
    });
    return { facts: facts.flat(), violations };
  } finally {
    await redis.stop();
  }
}

function violationsOf({ name, blocksAfterMinutes }: Defence, result: AttackResult): string[] {
  const maxShare = MAX_SHARES[name];
  if (maxShare === undefined) {
    return result.pumpedThrough === result.pumped ? [] : ['without a defence, something held the attack'];
  }
  const elsewhere = blocksAfterMinutes === undefined ? result.lockedOutElsewhere / result.real : 0;
  return [
    ...(result.pumpedThrough > result.pumped * maxShare ? [`more than ${maxShare * 100} % got through`] : []),
    ...(elsewhere > MAX_SHARE_LOCKED_OUT_ELSEWHERE
      ? [`${result.lockedOutElsewhere} users outside the attacked country were locked out`]
      : []),
  ];
}
