import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BundledService, bundleService } from '@sms-gateway/bundle';
import { simulateAttack } from './attack.ts';
import { createRequestSource } from './auth0-requests.ts';
import { auth0, type BenchContext } from './bench-context.ts';
import { benchEndToEnd } from './benchmarks/end-to-end.ts';
import { benchIngress, benchScreening } from './benchmarks/ingress.ts';
import { benchLatency } from './benchmarks/latency.ts';
import { benchProcesses } from './benchmarks/processes.ts';
import { benchQueued } from './benchmarks/queued.ts';
import { benchStart } from './benchmarks/start.ts';
import { benchWorker } from './benchmarks/worker.ts';
import { benchCrypto } from './claims/crypto.ts';
import { benchExpress } from './claims/express.ts';
import { benchHttpClients } from './claims/http-clients.ts';
import { benchQueueAdd } from './claims/queue-add.ts';
import { simulateLockout } from './lockout.ts';
import { simulateSharding } from './sharding.ts';
import { type PrivateRedis, startPrivateRedis } from './private-redis.ts';
import { killPrograms } from './program.ts';
import { explainUsage, readOptions } from './read-options.ts';
import { machineLine } from './report.ts';

const USAGE = `Usage: npm run bench -- [NAME...] [--quick] [--profile DIRECTORY]

Measures the gateway beside a plain version of itself, on a private Redis, and prints Markdown tables. Without a name it
runs these, each for at most about three minutes (one with --quick; more on a busy machine; queued up to twelve):
  ingress              requests/s and CPU, with screening on and off
  worker               messages/s and CPU, and BullMQ's Worker doing nothing
  end-to-end           CPU of accepting and delivering a message
  latency              p50 and p99 at fixed rates of arrival, and from accepting to the provider
  queued               cost of a message and Redis memory with up to a million queued
  processes            1, 2 and 4 ingresses and workers on one Redis
  start                CPU time and memory of each service until it is ready

By name only:
  screening            what screening costs the ingress, with full and empty windows
  attack               how many pumped codes get through, and what it costs real users (docs/security.md)
  express              what Express's change of prototypes costs (docs/adr/0004)
  http-clients         what a call costs with fetch, undici and node:http (docs/adr/0005)
  crypto               what jose's calls to WebCrypto cost (docs/adr/0006)
  queue-add            what one queue.add costs
  sharding             what limits would let pass if recipients were spread over shards (docs/scaling.md)

  --quick              fewer and shorter rounds
  --profile DIRECTORY  also writes CPU profiles of our services (for Chrome's DevTools) there
`;

const byDefault: Record<string, (context: BenchContext) => Promise<string>> = {
  ingress: benchIngress,
  worker: benchWorker,
  'end-to-end': benchEndToEnd,
  latency: benchLatency,
  queued: benchQueued,
  processes: benchProcesses,
  start: benchStart,
};
const benchmarks: typeof byDefault = {
  ...byDefault,
  screening: benchScreening,
  attack: async (context) => `${await simulateAttack(context)}\n${await simulateLockout(context)}`,
  express: benchExpress,
  'http-clients': benchHttpClients,
  crypto: benchCrypto,
  'queue-add': benchQueueAdd,
  sharding: async () => simulateSharding(),
};

const say = (line: string) => process.stderr.write(`${line}\n`);

process.exitCode = await main(process.argv.slice(2), process.env);
process.exit();

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'string') return explainUsage(asked, USAGE);
  const { names, isQuick, profileDirectory } = asked;
  if (profileDirectory !== undefined) await mkdir(profileDirectory, { recursive: true });

  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-bench-'));
  const interrupt = new AbortController();
  let redis: PrivateRedis | undefined;
  const cleanUp = async () => {
    killPrograms();
    await redis?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  for (const [name, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(name, () => {
      interrupt.abort();
      void cleanUp().finally(() => process.exit(exitCode));
    });
  }
  try {
    redis = await startPrivateRedis(directory, { env, say, signal: interrupt.signal });
    const requests = createRequestSource(auth0);
    const bundled = bundleWhenUsed(join(directory, 'bundles'));
    process.stdout.write(`${machineLine(redis.description)}\n`);
    for (const name of names) {
      say(`Measuring: ${name}`);
      const startedAt = performance.now();
      const elapsedMs = () => performance.now() - startedAt;
      const hasTime = () => elapsedMs() < (isQuick ? 30_000 : 240_000);
      const context: BenchContext = {
        redis,
        directory,
        requests,
        bundled,
        isQuick,
        profileDirectory,
        hasTime,
        say,
      };
      const tables = await benchmarks[name]?.(context);
      const seconds = Math.round(elapsedMs() / 1000);
      process.stdout.write(`\n${name} (${seconds} s)\n\n${tables}`);
    }
    return 0;
  } catch (error) {
    // The handler of the signal exits.
    if (interrupt.signal.aborted) return await new Promise(() => undefined);
    throw error;
  } finally {
    if (!interrupt.signal.aborted) await cleanUp();
  }
}

function bundleWhenUsed(directory: string) {
  const bundles = new Map<BundledService, Promise<string>>();
  return (service: BundledService): Promise<string> => {
    const started = bundles.get(service);
    if (started !== undefined) return started;
    const target = join(directory, service);
    const bundle = bundleService(service, target).then(() => join(target, 'dist/main.js'));
    bundles.set(service, bundle);
    return bundle;
  };
}

function readArguments(args: string[]) {
  const read = readOptions(args, {
    quick: { type: 'boolean' },
    profile: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (typeof read === 'string') return read;
  const { values, positionals } = read;
  if (values.help === true) return 'help';
  const unknown = positionals.filter((name) => !Object.hasOwn(benchmarks, name));
  if (unknown.length > 0) return `There is no benchmark ${unknown.join(', ')}.`;
  return {
    names: positionals.length > 0 ? positionals : Object.keys(byDefault),
    isQuick: values.quick === true,
    profileDirectory: values.profile === undefined ? undefined : resolve(values.profile),
  };
}
