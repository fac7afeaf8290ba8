import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundledService } from '@sms-gateway/bundle';
import { freePort } from '@sms-gateway/dev-redis';
import { NODE_SETTINGS } from '@sms-gateway/process';
import { auth0, type BenchContext, payloadKey, profileArguments } from './bench-context.ts';
import { type Program, startProgram } from './program.ts';
import { raisedLimits } from './raised-limits.ts';
import { repositoryRoot } from './repository.ts';

/** Milliseconds after which the provider answers. */
export const ANSWER_AFTER_MS = 20;
/** Messages that a worker has in hand at once. */
export const CONCURRENCY = 100;

export type Listening = Program & { port: number };

let started = 0;

/** A program of this package, with the Node settings of the services. */
export async function startOwnProgram(
  { directory }: BenchContext,
  name: string,
  env: Record<string, string>,
  execArgv: string[] = [],
): Promise<Listening> {
  const port = await freePort();
  started += 1;
  const program = await startProgram({
    name: `${name}-${started}`,
    file: fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url)),
    env: { NODE_ENV: 'production', PORT: String(port), ...NODE_SETTINGS.env, ...env },
    directory,
    execArgv: [...NODE_SETTINGS.flags, ...execArgv],
  });
  return { ...program, port };
}

/** A service of the gateway, ready. */
export async function startService(
  context: BenchContext,
  service: BundledService,
  env: Record<string, string>,
): Promise<Listening> {
  const [port, adminPort] = [await freePort(), await freePort()];
  started += 1;
  const name = `${service}-${started}`;
  const program = await startProgram({
    name,
    file: (await context.bundled?.(service)) ?? join(repositoryRoot, 'services', service, 'dist/main.js'),
    env: {
      REDIS_URL: context.redis.url,
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      CONSOLE_PORT: String(port),
      PAYLOAD_KEYS: payloadKey.toString('base64url'),
      AUTH0_SECRET: auth0.secret,
      AUTH0_AUDIENCE: auth0.audience,
      SHUTDOWN_DELAY: '0s',
      ...NODE_SETTINGS.env,
      ...env,
    },
    directory: context.directory,
    readyUrl: `http://127.0.0.1:${service === 'console' ? port : adminPort}/readyz`,
    execArgv: [...NODE_SETTINGS.flags, ...profileArguments(context, name)],
  });
  return { ...program, port };
}

/** Our ingress with every default rule on, or with screening off. `yaml` replaces the raised maxima. */
export async function startIngress(
  context: BenchContext,
  screening: 'on' | 'off',
  yaml: string = raisedLimits(),
): Promise<Listening> {
  started += 1;
  const file = join(context.directory, `screening-${started}.yaml`);
  await writeFile(file, yaml);
  return startService(context, 'ingress', {
    NODE_ENV: 'production',
    GATEWAY_CONFIG: file,
    SCREENING: screening,
    // It is emptied between slices.
    REDIS_DATA_LOSS: 'continue',
    ALLOWED_COUNTRIES: 'US,CA,GB',
  });
}

export function startPlainIngress(context: BenchContext, execArgv: string[] = []): Promise<Listening> {
  const env = {
    REDIS_URL: context.redis.url,
    AUTH0_SECRET: auth0.secret,
    AUTH0_AUDIENCE: auth0.audience,
  };
  return startOwnProgram(context, 'plain-ingress', env, execArgv);
}

export function startProvider(context: BenchContext): Promise<Listening> {
  return startOwnProgram(context, 'provider', { ANSWER_AFTER_MS: String(ANSWER_AFTER_MS) });
}

const workerEnv = (redisUrl: string, concurrency: number, provider: Listening) => ({
  REDIS_URL: redisUrl,
  CONCURRENCY: String(concurrency),
  HTTP_PROVIDER_URL: `http://127.0.0.1:${provider.port}/messages`,
  HTTP_PROVIDER_TOKEN: 'bench-token',
});

export function startWorker(
  context: BenchContext,
  provider: Listening,
  { redisUrl = context.redis.url, concurrency = CONCURRENCY } = {},
): Promise<Listening> {
  return startService(context, 'worker', {
    NODE_ENV: 'production',
    PROVIDERS: 'http',
    ...workerEnv(redisUrl, concurrency, provider),
  });
}

export function startPlainWorker(
  context: BenchContext,
  provider: Listening,
  concurrency = CONCURRENCY,
): Promise<Listening> {
  return startOwnProgram(context, 'plain-worker', workerEnv(context.redis.url, concurrency, provider));
}

export function startIdleWorker(context: BenchContext, concurrency: number): Promise<Listening> {
  const env = { REDIS_URL: context.redis.url, CONCURRENCY: String(concurrency) };
  return startOwnProgram(context, 'idle-worker', env);
}

/** Stops programs at the end of the scope. */
export function stopAtEnd() {
  const programs: Pick<Program, 'stop'>[] = [];
  return {
    add: async <P extends Pick<Program, 'stop'>>(starting: Promise<P>): Promise<P> => {
      const program = await starting;
      programs.push(program);
      return program;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(programs.map((program) => program.stop()));
    },
  };
}
