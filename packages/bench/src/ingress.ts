import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auth0Requests } from './auth0-requests.ts';
import { auth0, type BenchContext, payloadKey, profileArguments } from './bench-context.ts';
import { freePort } from './free-port.ts';
import { fillSharedWindows } from './full-windows.ts';
import { runLoad } from './load.ts';
import type { PrivateRedis } from './private-redis.ts';
import { type Program, startProgram } from './program.ts';
import { measureInRounds, type Rounds } from './rounds.ts';

export type IngressSample = {
  /** Answered with 200. */
  perSecond: number;
  /** Microseconds of CPU time of the ingress process for one accepted request. */
  cpuUs: number;
  /** And of Redis. */
  redisUs: number;
  rssBytes: number;
  latenciesMs: number[];
  /** Share of one core that the load itself took: near 1, it would be what is measured. */
  loadCores: number;
};

const CONNECTIONS = 64;
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Accepted requests per second, our ingress with everything on beside the plain one. */
export async function benchIngress(context: BenchContext): Promise<Rounds<IngressSample>> {
  const plainPort = await freePort();
  return compare(context, [
    { name: 'gateway', ...(await startGateway(context, 'on')) },
    {
      name: 'plain',
      port: plainPort,
      program: await startProgram({
        name: 'plain-ingress',
        file: fileURLToPath(new URL('./plain-ingress/main.js', import.meta.url)),
        env: {
          REDIS_URL: context.redis.url,
          PORT: String(plainPort),
          AUTH0_SECRET: auth0.secret,
          AUTH0_AUDIENCE: auth0.audience,
        },
        directory: context.directory,
      }),
    },
  ]);
}

/** The last is what the others are compared with. */
export const SCREENING_SIDES = ['on, windows full', 'on, windows empty', 'off'] as const;

/** What screening costs: our ingress with every rule that is on by default, beside itself without. */
export async function benchScreening(context: BenchContext): Promise<Rounds<IngressSample>> {
  const [full, empty, off] = SCREENING_SIDES;
  const on = await startGateway(context, 'on');
  return compare(context, [
    { name: full, ...on, prepare: fillSharedWindows },
    { name: empty, ...on },
    { name: off, ...(await startGateway(context, 'off')) },
  ]);
}

type Started = {
  name: string;
  program: Program;
  port: number;
  /** What is done to an empty Redis before each slice. */
  prepare?: ((redis: PrivateRedis) => Promise<void>) | undefined;
};

async function compare(context: BenchContext, started: Started[]): Promise<Rounds<IngressSample>> {
  const { isQuick, say } = context;
  try {
    const windowMs = isQuick ? 1000 : 2000;
    const sides = started.map(({ name, program, port, prepare }) => {
      let perSecond = 2000;
      return {
        name,
        measure: async () => {
          const sample = await measureSlice(context, program, { port, windowMs, perSecond, prepare });
          perSecond = sample.perSecond;
          return sample;
        },
      };
    });
    say('  warming up');
    for (const { measure } of [...sides, ...sides]) await measure();
    return await measureInRounds(sides, { rounds: isQuick ? 4 : 9, say });
  } finally {
    await Promise.all([...new Set(started.map(({ program }) => program))].map((program) => program.stop()));
  }
}

// As many limits, over the same windows, as by default; none is reached, for a benchmark is an attack. The guard is as by
// default: it records, and without logins its country's rules are reached by all but the first codes.
const RULES = `
limits:
  recipient: { tenMinutes: 1000000000 }
  recipientIp: { tenMinutes: 1000000000, day: 1000000000 }
  ip: { minute: 1000000000, hour: 1000000000 }
  prefix: { hour: 1000000000, day: 1000000000 }
  country: { hour: 1000000000, day: 1000000000 }
  connection: { hour: 1000000000, day: 1000000000 }
  overall: { hour: 1000000000, day: 1000000000 }
guard:
  mode: enforce
  country: { hour: 1000000000, day: 1000000000 }
  ip: { hour: 1000000000, day: 1000000000 }
spend: { segments: 1000000000 }
`;

async function startGateway(
  context: BenchContext,
  screening: 'on' | 'off',
): Promise<{ program: Program; port: number }> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const rules = join(context.directory, 'screening.yaml');
  await writeFile(rules, RULES);
  const program = await startProgram({
    name: `ingress-screening-${screening}`,
    file: join(root, 'services/ingress/dist/main.js'),
    env: {
      GATEWAY_CONFIG: rules,
      SCREENING: screening,
      REDIS_URL: context.redis.url,
      // It is emptied between rounds.
      REDIS_DATA_LOSS: 'continue',
      DURABILITY: 'fsync',
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      AUTH0_SECRET: auth0.secret,
      AUTH0_AUDIENCE: auth0.audience,
      PAYLOAD_KEYS: payloadKey.toString('base64url'),
      ALLOWED_COUNTRIES: 'US,CA,GB',
    },
    directory: context.directory,
    readyUrl: `http://127.0.0.1:${adminPort}/readyz`,
    execArgv: profileArguments(context, `ingress-screening-${screening}`),
  });
  return { program, port };
}

const WARM_UP_MS = 300;
let sent = 0;

async function measureSlice(
  { redis }: BenchContext,
  program: Program,
  {
    port,
    windowMs,
    perSecond,
    prepare,
  }: Pick<Started, 'port' | 'prepare'> & { windowMs: number; perSecond: number },
): Promise<IngressSample> {
  await redis.reset();
  await prepare?.(redis);
  const count = Math.ceil((perSecond * 3 * (windowMs + WARM_UP_MS)) / 1000);
  const requests = auth0Requests(auth0, sent, count);
  sent += count;

  return measureLoad({ program, redis }, { port, requests, windowMs });
}

/** Loads a program with requests, and measures it after a short warm-up. */
export async function measureLoad(
  { program, redis }: { program: Program; redis: Pick<PrivateRedis, 'cpuUs'> },
  { port, requests, windowMs }: { port: number; requests: Buffer[]; windowMs: number },
): Promise<IngressSample> {
  const cpu: { own: number; program: number; redis: number }[] = [];
  const noteCpu = async () => {
    const [{ cpuUs }, redisUs] = await Promise.all([program.usage(), redis.cpuUs()]);
    const { user, system } = process.cpuUsage();
    cpu.push({ own: user + system, program: cpuUs, redis: redisUs });
  };
  const load = {
    port,
    connections: CONNECTIONS,
    requests,
    warmUpMs: WARM_UP_MS,
    windowMs,
    onWindow: noteCpu,
  };
  const { ok, others, elapsedMs, latenciesMs } = await runLoad(load);
  if (others.size > 0) throw new Error(`requests were refused: ${JSON.stringify([...others])}`);

  const [before, after] = cpu;
  if (before === undefined || after === undefined) throw new Error('the load never reached its window');
  return {
    perSecond: (ok / elapsedMs) * 1000,
    cpuUs: (after.program - before.program) / ok,
    redisUs: (after.redis - before.redis) / ok,
    rssBytes: (await program.usage()).rssBytes,
    latenciesMs,
    loadCores: (after.own - before.own) / 1000 / elapsedMs,
  };
}
