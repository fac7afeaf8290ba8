import type { BenchContext } from '../bench-context.ts';
import { CONNECTIONS } from '../measure-accepting.ts';
import { measureDelivery } from '../measure-delivery.ts';
import { startPairs } from '../pairs.ts';
import { table } from '../report.ts';
import { measureInRounds, roundsOf } from '../rounds.ts';
import { stopAtEnd } from '../services.ts';

/** What a message costs on its whole way, from the request to the provider. */
export async function benchEndToEnd(context: BenchContext): Promise<string> {
  const { isQuick } = context;
  await using programs = stopAtEnd();
  const sides = (await startPairs(context, programs)).map((pair) => ({
    name: pair.name,
    measure: () => measureDelivery(context, pair, isQuick ? 1500 : 4000),
  }));
  const rounds = await measureInRounds(context, sides, roundsOf(context));
  return table(`Accept and deliver, ${CONNECTIONS} connections`, rounds, 'plain');
}
