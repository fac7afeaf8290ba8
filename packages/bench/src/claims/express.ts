import { fileURLToPath } from 'node:url';
import { auth0Requests } from '../auth0-requests.ts';
import { auth0, type BenchContext } from '../bench-context.ts';
import { freePort } from '../free-port.ts';
import { measureLoad } from '../ingress.ts';
import { type Program, startProgram } from '../program.ts';
import { measureInRounds } from '../rounds.ts';
import { costTable } from './cost-table.ts';

const sent = auth0Requests(auth0, 0, 1000);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ADOPT = ['--import', here('./adopt-prototypes.js')];

/** What it costs that Express changes prototypes: a bare route, and the whole plain ingress, with and without. */
export async function benchExpress(context: BenchContext): Promise<string> {
  const tables: string[] = [];
  for (const [title, file] of [
    ['A bare route of Express', '../bare-express/main.js'],
    ['The plain ingress', '../plain-ingress/main.js'],
  ] as const) {
    context.say(title);
    const sides = [
      await startSide(context, 'as it is', { file: here(file), execArgv: [] }),
      await startSide(context, 'adopted prototypes', { file: here(file), execArgv: ADOPT }),
    ];
    try {
      for (const { measure } of [...sides, ...sides]) await measure();
      const rounds = context.isQuick ? 3 : 7;
      tables.push(costTable(title, await measureInRounds(sides, { rounds, say: context.say })));
    } finally {
      for (const { program } of sides) await program.stop();
    }
  }
  return tables.join('\n');
}

async function startSide(
  context: BenchContext,
  name: string,
  { file, execArgv }: { file: string; execArgv: string[] },
) {
  const port = await freePort();
  const program: Program = await startProgram({
    name: name.replaceAll(' ', '-'),
    file,
    execArgv,
    env: {
      REDIS_URL: context.redis.url,
      PORT: String(port),
      AUTH0_SECRET: auth0.secret,
      AUTH0_AUDIENCE: auth0.audience,
    },
    directory: context.directory,
  });
  const measure = async () => {
    await context.redis.reset();
    // Neither of them minds a repeat.
    const requests = Array.from({ length: 200_000 }, (_, index) => sent[index % sent.length] ?? Buffer.of());
    return measureLoad({ program, redis: context.redis }, { port, requests, windowMs: 1500 });
  };
  return { name, program, measure };
}
