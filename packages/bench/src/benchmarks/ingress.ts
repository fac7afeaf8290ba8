import type { BenchContext } from '../bench-context.ts';
import { fillSharedWindows } from '../full-windows.ts';
import { CONNECTIONS, createRequestsForSlice, measureAccepting } from '../measure-accepting.ts';
import type { PrivateRedis } from '../private-redis.ts';
import { raisedLimits } from '../raised-limits.ts';
import { table } from '../report.ts';
import { measureInRounds, roundsOf, type Side } from '../rounds.ts';
import { type Listening, startIngress, startPlainIngress, stopAtEnd } from '../services.ts';

/** Our ingress with every default rule on and with screening off, beside the plain one. */
export async function benchIngress(context: BenchContext): Promise<string> {
  await using programs = stopAtEnd();
  const sides = [
    side(context, 'screening on', await programs.add(startIngress(context, 'on')), fillSharedWindows),
    side(context, 'screening off', await programs.add(startIngress(context, 'off'))),
    side(context, 'plain', await programs.add(startPlainIngress(context))),
  ];
  return await compare(context, `Ingress, ${CONNECTIONS} connections`, sides, 'plain');
}

/** What screening costs, with what all messages count in full and empty, and with the guard as it is shipped. */
export async function benchScreening(context: BenchContext): Promise<string> {
  await using programs = stopAtEnd();
  const on = await programs.add(startIngress(context, 'on'));
  const shipped = await programs.add(startIngress(context, 'on', raisedLimits({ isGuardRaised: false })));
  const sides = [
    side(context, 'on, windows full', on, fillSharedWindows),
    side(context, 'on, windows empty', on),
    side(context, 'on, guard as shipped', shipped, fillSharedWindows),
    side(context, 'off', await programs.add(startIngress(context, 'off'))),
  ];
  return await compare(context, `Screening, ${CONNECTIONS} connections`, sides, 'off');
}

function side(
  context: BenchContext,
  name: string,
  program: Listening,
  /** What is done to an empty Redis before each slice. */
  prepare?: (redis: PrivateRedis) => Promise<void>,
): Side {
  const windowMs = context.isQuick ? 1000 : 2000;
  const { take, took } = createRequestsForSlice(context, windowMs);
  return {
    name,
    measure: async () => {
      await context.redis.reset();
      await prepare?.(context.redis);
      return took(await measureAccepting(context, [program], { windowMs, requests: take() }));
    },
  };
}

async function compare(context: BenchContext, title: string, sides: Side[], base: string): Promise<string> {
  const rounds = await measureInRounds(context, sides, roundsOf(context));
  return table(title, rounds, base);
}
