import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createTraceReader } from '@sms-gateway/delivery';
import {
  choosePort,
  lastLines,
  messageOf,
  ownerOf,
  portOr,
  startEmbeddedRedis,
  withRedis,
} from '@sms-gateway/dev-redis';
import { type DevState, readDevState, stateFolder, writeDevState } from '../dev-state.ts';
import { findGatewayAuthentication } from '../gateway-authentication.ts';
import { gatewayEnv } from '../gateway-env.ts';
import type { GatewayAuthentication } from '../play-auth0.ts';
import { repositoryRoot } from '../repository.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { startService } from './start/child-service.ts';
import { demonstrate, DEMONSTRATION_RECIPIENT, demonstrationLines } from './start/demonstration.ts';
import { followInbox } from './start/follow-inbox.ts';
import { startScreen } from './start/start-screen.ts';

/** How long a service may take to become ready, and to drain. */
const READY_WITHIN_MS = 30_000;
const DRAIN_WITHIN_MS = 30_000;
const DEMONSTRATION_WITHIN_MS = 15_000;

const secret = () => randomBytes(32).toString('base64url');

/** Stops one thing that was started. Resolves with what went wrong, for people. */
type Stopper = () => Promise<string | undefined>;

type Startup = {
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
  /** For standard output. */
  show: (screen: string) => void;
  /** Aborted when the command must stop. */
  signal: AbortSignal;
  /** In the order in which things were started. */
  stoppers: Stopper[];
};

/** `start`. Returns after a stop signal, at any moment, or when one of its processes fails. */
export async function start({ env, io, dialogue: { say } }: CommandContext): Promise<CommandResult> {
  const stopping = new AbortController();
  const stopSignal = io.untilStopSignal();
  void stopSignal.then(() => stopping.abort());
  const stoppers: Stopper[] = [];
  let exitCode = 0;
  try {
    const show = (screen: string) => void io.stdout.write(screen);
    const running = run({ env, say, show, signal: stopping.signal, stoppers });
    // While stopping, the result of this no longer matters.
    running.catch(() => undefined);
    say(`\nStopping on ${await Promise.race([stopSignal, running])} …`);
  } catch (error) {
    say(`\n${messageOf(error)}`);
    exitCode = 1;
  }
  stopping.abort();
  // Ingress first, then the worker, Redis last: each can still write while it drains.
  for (const stop of stoppers.toReversed()) {
    const problem = await stop();
    if (problem === undefined) continue;
    say(problem);
    exitCode = 1;
  }
  return { exitCode, output: '' };
}

/** Never returns. @throws {Error} when one of its processes fails. */
async function run({ env, say, show, signal, stoppers }: Startup): Promise<never> {
  const stateDir = stateFolder(env);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await refuseSecondStart(stateDir);
  const host = env['HOST'] || '127.0.0.1';
  const port = await choosePort(env['PORT'] || '8080', host);
  const adminPorts = {
    ingress: await portOr(Number(env['ADMIN_PORT'] || 9090)),
    worker: await portOr(Number(env['ADMIN_PORT'] || 9090) + 1),
    console: await portOr(Number(env['CONSOLE_PORT'] || 9092)),
  };

  const earlier = await readDevState(stateDir);
  const state: DevState = {
    secret: earlier?.secret ?? secret(),
    payloadKey: earlier?.payloadKey ?? secret(),
    audience: 'urn:sms-gateway',
    url: `http://${reachable(host)}:${port}/v1/sms`,
    connection: 'default',
    adminPorts,
  };

  signal.throwIfAborted();
  const starting = startEmbeddedRedis({
    dataDir: join(stateDir, 'redis'),
    cacheDir: join(stateDir, 'cache'),
    logFile: join(stateDir, 'redis.log'),
    log: say,
    env,
    signal,
  });
  stoppers.push(async () => {
    await starting.then(
      (started) => started.stop(),
      () => undefined,
    );
    return undefined;
  });
  const redis = await starting;
  say(`Redis: ${redis.description}`);
  await writeDevState(stateDir, {
    ...state,
    ...(!mayHoldPassword(env['REDIS_URL']) && { redisUrl: redis.url }),
  });

  const service = (name: 'ingress' | 'worker' | 'console') => {
    const adminPort = adminPorts[name];
    const child = startService({
      name,
      file: join(repositoryRoot, 'services', name, 'dist', 'main.js'),
      env: gatewayEnv({
        env,
        state,
        redisUrl: redis.url,
        host,
        port,
        adminPort,
        consolePort: adminPorts.console,
      }),
      adminPort,
      logFile: join(stateDir, `${name}.log`),
    });
    stoppers.push(async () => {
      if ((await child.stop(DRAIN_WITHIN_MS)) === 'ended') return undefined;
      return `The ${name} did not drain within ${DRAIN_WITHIN_MS / 1000} s and was killed.`;
    });
    return child;
  };
  signal.throwIfAborted();
  const worker = service('worker');
  const ingress = service('ingress');
  const console = service('console');

  const up = async () => {
    await Promise.all([ingress, worker, console].map((one) => one.untilReady(READY_WITHIN_MS)));
    say('Ingress, worker and console are ready.');
    // Only after the services are ready: they report every problem of a configuration, and this reports only the first.
    const found = findGatewayAuthentication({ env, state, connection: state.connection });
    if (found.kind !== 'found')
      throw new Error('The gateway runs without a secret for the connection "default".');
    const { authentication, secretOrigin } = found;
    const consoleUrl = `http://127.0.0.1:${adminPorts.console}`;
    const hasInbox = !env['GATEWAY_CONFIG'] && (env['PROVIDERS'] || 'inbox') === 'inbox';
    const demonstration = await demonstrationOf(env, state.url, authentication, redis.url);
    const screen = startScreen({
      url: state.url,
      redis: redis.description,
      demonstration,
      authentication,
      secretOrigin,
      publicUrl: env['PUBLIC_URL'] || undefined,
      stateDir: shortPath(stateDir),
      adminPorts,
      consoleUrl,
      hasInbox,
    });
    show(screen);
    if (hasInbox) await followInbox({ consoleUrl, signal, show });
  };
  const failure = Promise.race([
    ingress.ended,
    worker.ended,
    console.ended,
    redis.ended.then(
      async () => `Redis ended:\n${(await lastLines(join(stateDir, 'redis.log'), 5)).join('\n')}`,
    ),
  ]);
  const failed = failure.then((sentence) => Promise.reject(new Error(sentence)));
  await Promise.race([up(), failed]);
  return failed;
}

/** @throws {Error} if another start uses this folder. Another port alone is not enough to run two. */
async function refuseSecondStart(stateDir: string): Promise<void> {
  const owner = await ownerOf(join(stateDir, 'redis'));
  if (owner === undefined) return;
  const running = await readDevState(stateDir);
  throw new Error(
    `npm start is already running (process ${owner})${running === undefined ? '' : `, at ${running.url}`}. Send to it with npm run send -- ${DEMONSTRATION_RECIPIENT}, or stop it with Ctrl-C there.\nTo run a second one, give it another folder and port: GATEWAY_STATE_DIR=.gateway-2 PORT=8180 npm start`,
  );
}

/** Starting must not send a real SMS, so there is a demonstration for the inbox only. */
async function demonstrationOf(
  env: NodeJS.ProcessEnv,
  url: string,
  authentication: GatewayAuthentication,
  redisUrl: string,
): Promise<string[]> {
  if (env['GATEWAY_CONFIG']) return ['None was sent: with GATEWAY_CONFIG it could be a real SMS.'];
  const providers = env['PROVIDERS'] || 'inbox';
  if (providers !== 'inbox') return [`None was sent: with PROVIDERS=${providers} it could be a real SMS.`];
  return withRedis(redisUrl, async (client) =>
    demonstrationLines(
      await demonstrate({
        url,
        authentication,
        code: String(randomInt(1_000_000)).padStart(6, '0'),
        traces: createTraceReader({ redis: client }),
        now: Date.now,
        timeoutMs: DEMONSTRATION_WITHIN_MS,
      }),
    ),
  );
}

/** A password from the environment is not written to a file. */
function mayHoldPassword(redisUrl = ''): boolean {
  return /[@?]/.test(redisUrl);
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
