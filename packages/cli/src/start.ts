import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createTraceReader } from '@sms-gateway/delivery';
import { startService } from './child-service.ts';
import { demonstrate, demonstrationLines } from './demonstration.ts';
import { type DevState, readDevState, writeDevState } from './dev-state.ts';
import { startEmbeddedRedis } from '@sms-gateway/dev-redis';
import { findGatewayAuthentication } from './gateway-authentication.ts';
import { gatewayEnv } from './gateway-env.ts';
import { lastLines } from '@sms-gateway/dev-redis';
import type { GatewayAuthentication } from './play-auth0.ts';
import { choosePort, portOr } from '@sms-gateway/dev-redis';
import { withRedis } from '@sms-gateway/dev-redis';
import { repositoryRoot } from '@sms-gateway/dev-redis';
import { startScreen } from './start-screen.ts';
import { untilStopSignal } from './stop-signal.ts';
import { messageOf } from '@sms-gateway/dev-redis';

/** Milliseconds for a service to become ready, and to drain. */
const READY_WITHIN_MS = 30_000;
const DRAIN_WITHIN_MS = 30_000;
const DEMONSTRATION_WITHIN_MS = 15_000;

const secret = () => randomBytes(32).toString('base64url');
const say = (line: string) => process.stderr.write(`${line}\n`);

await start(process.env);

async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const stop = untilStopSignal(() => process.exit(130));
  const stoppers: (() => Promise<unknown>)[] = [];
  try {
    await run(env, stop, stoppers);
  } catch (error) {
    say(`\n${messageOf(error)}`);
    process.exitCode = 1;
  }
  // Ingress first, then the worker, Redis last: nobody loses what it still writes to.
  for (const stopOne of stoppers.toReversed()) await stopOne();
  process.exit();
}

/** Returns when asked to stop; throws where something of ours fails. */
async function run(
  env: NodeJS.ProcessEnv,
  stop: Promise<NodeJS.Signals>,
  stoppers: (() => Promise<unknown>)[],
): Promise<void> {
  const stateDir = env['GATEWAY_STATE_DIR'] ?? join(repositoryRoot, '.gateway');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const host = env['HOST'] || '127.0.0.1';
  const port = await choosePort(env['PORT'] || '8080', host);
  const adminPorts = {
    ingress: await portOr(Number(env['ADMIN_PORT'] || 9090)),
    worker: await portOr(Number(env['ADMIN_PORT'] || 9090) + 1),
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

  const redis = await startEmbeddedRedis({
    dataDir: join(stateDir, 'redis'),
    cacheDir: join(stateDir, 'cache'),
    logFile: join(stateDir, 'redis.log'),
    log: say,
    env,
  });
  stoppers.push(() => redis.stop());
  say(`Redis: ${redis.description}`);
  await writeDevState(stateDir, {
    ...state,
    ...(!mayHoldPassword(env['REDIS_URL']) && { redisUrl: redis.url }),
  });

  const service = (name: 'ingress' | 'worker') => {
    const adminPort = adminPorts[name];
    const child = startService({
      name,
      file: join(repositoryRoot, 'services', name, 'dist', 'main.js'),
      env: gatewayEnv({ env, state, redisUrl: redis.url, host, port, adminPort }),
      adminPort,
      logFile: join(stateDir, `${name}.log`),
    });
    stoppers.push(async () => {
      if ((await child.stop(DRAIN_WITHIN_MS)) === 'ended') return;
      say(`The ${name} did not drain within ${DRAIN_WITHIN_MS / 1000} s and was killed.`);
      process.exitCode = 1;
    });
    return child;
  };
  const worker = service('worker');
  const ingress = service('ingress');

  const up = async () => {
    await Promise.all([ingress.untilReady(READY_WITHIN_MS), worker.untilReady(READY_WITHIN_MS)]);
    say('Ingress and worker are ready.');
    // Not before they are: they tell every problem of a configuration, and this would tell the first.
    const found = findGatewayAuthentication({ env, state, connection: state.connection });
    if (found.kind !== 'found') throw new Error('The gateway runs without a secret for its endpoint.');
    const { authentication, secretOrigin } = found;
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
    });
    process.stdout.write(screen);
  };
  const failure = Promise.race([
    ingress.ended,
    worker.ended,
    redis.ended.then(
      async () => `Redis ended:\n${(await lastLines(join(stateDir, 'redis.log'), 5)).join('\n')}`,
    ),
  ]);
  // Once stopping, what these come to no longer matters.
  const running = Promise.all([up(), failure.then((sentence) => Promise.reject(new Error(sentence)))]);
  const signal = await Promise.race([stop, running.then(() => stop)]);
  running.catch(() => undefined);
  say(`\nStopping on ${signal} …`);
}

/** A real SMS to somebody is nothing that a start may cause, so there is one for the console provider only. */
async function demonstrationOf(
  env: NodeJS.ProcessEnv,
  url: string,
  authentication: GatewayAuthentication,
  redisUrl: string,
): Promise<string[]> {
  if (env['GATEWAY_CONFIG']) return ['None was sent: GATEWAY_CONFIG says where messages go.'];
  const providers = env['PROVIDERS'] || 'console';
  if (providers !== 'console') return [`None was sent: with PROVIDERS=${providers} it could be a real SMS.`];
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

/** A password that came from outside is not ours to write into a file. */
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
