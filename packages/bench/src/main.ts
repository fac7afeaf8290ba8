import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { simulateLockout } from './lockout.ts';
import { simulateAttack } from './attack.ts';
import type { BenchContext } from './bench-context.ts';
import { benchIngress, benchScreening, SCREENING_SIDES } from './ingress.ts';
import { benchCrypto } from './claims/crypto.ts';
import { benchExpress } from './claims/express.ts';
import { benchHttpClients } from './claims/http-clients.ts';
import { benchQueueAdd } from './claims/queue-add.ts';
import { startPrivateRedis } from './private-redis.ts';
import { ingressTable, machineLine, workerTable } from './report.ts';
import { benchWorker } from './worker.ts';

const USAGE = `Usage: npm run bench -- [what to measure] [--quick] [--profile DIRECTORY]

Measures the ingress and the worker, each beside the plain version of itself, on a private Redis; or, by name:
  ingress, worker      one of the two
  screening            what limits, guard and spending cost the ingress, with windows full and empty
  attack               how many pumped codes get through, and what it costs real users (docs/security.md)
  express              what Express's change of prototypes costs (docs/adr/0004)
  http-clients         what a call costs with fetch, undici and node:http (docs/adr/0005)
  crypto               what jose's calls to WebCrypto cost (docs/adr/0006)
  queue-add            what one queue.add costs

  --quick              fewer and shorter rounds
  --profile DIRECTORY  also writes CPU profiles of both services (for Chrome's DevTools) there
`;

const benchmarks: Record<string, (context: BenchContext) => Promise<string>> = {
  ingress: async (context) => ingressTable(await benchIngress(context)),
  screening: async (context) =>
    ingressTable(await benchScreening(context), {
      title: 'Screening, 64 connections',
      sides: SCREENING_SIDES,
    }),
  worker: async (context) => workerTable(await benchWorker(context)),
  attack: async (context) => `${await simulateAttack(context)}\n${await simulateLockout(context)}`,
  express: benchExpress,
  'http-clients': benchHttpClients,
  crypto: benchCrypto,
  'queue-add': benchQueueAdd,
};
const DEFAULT = ['ingress', 'worker'];

const say = (line: string) => process.stderr.write(`${line}\n`);

process.exitCode = await main(process.argv.slice(2), process.env);
process.exit();

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = {
    quick: { type: 'boolean' },
    profile: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help === true || positionals.some((name) => !Object.hasOwn(benchmarks, name))) {
    say(USAGE);
    return values.help === true ? 0 : 1;
  }
  const profileDirectory = values.profile === undefined ? undefined : resolve(values.profile);
  if (profileDirectory !== undefined) await mkdir(profileDirectory, { recursive: true });

  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-bench-'));
  const redis = await startPrivateRedis(directory, { env, say });
  try {
    const context: BenchContext = { redis, directory, isQuick: values.quick === true, profileDirectory, say };
    const tables: string[] = [];
    for (const name of positionals.length > 0 ? positionals : DEFAULT) {
      say(`Measuring: ${name}`);
      const table = await benchmarks[name]?.(context);
      if (table !== undefined) tables.push(table);
    }
    process.stdout.write(`\n${machineLine(redis.description)}\n\n${tables.join('\n')}`);
    return 0;
  } finally {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
