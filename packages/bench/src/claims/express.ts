import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../bench-context.ts';
import { measureAccepting } from '../measure-accepting.ts';
import { table } from '../report.ts';
import { measureInRounds } from '../rounds.ts';
import { startOwnProgram, startPlainIngress, stopAtEnd } from '../services.ts';

const ADOPT = ['--import', fileURLToPath(new URL('./adopt-prototypes.js', import.meta.url))];

/** What it costs that Express changes prototypes: a bare route, and the whole plain ingress, with and without. */
export async function benchExpress(context: BenchContext): Promise<string> {
  const { redis, isQuick, say } = context;
  // Neither program minds a repeat.
  const sent = context.requests.take(1000).requests;
  const requests = Array.from({ length: 200_000 }, (_, index) => sent[index % sent.length] ?? Buffer.of());
  const tables: string[] = [];
  for (const [title, start] of [
    [
      'A bare route of Express',
      (execArgv: string[]) => startOwnProgram(context, 'bare-express', {}, execArgv),
    ],
    ['The plain ingress', (execArgv: string[]) => startPlainIngress(context, execArgv)],
  ] as const) {
    say(title);
    await using programs = stopAtEnd();
    const sides = [];
    for (const [name, execArgv] of Object.entries({ 'as it is': [], 'adopted prototypes': ADOPT })) {
      const program = await programs.add(start(execArgv));
      const measure = async () => {
        await redis.reset();
        return measureAccepting(context, [program], { windowMs: 1500, requests });
      };
      sides.push({ name, measure });
    }
    const rounds = await measureInRounds(context, sides, { warmUp: 2, rounds: isQuick ? 3 : 7 });
    tables.push(table(title, rounds, 'as it is'));
  }
  return tables.join('\n');
}
