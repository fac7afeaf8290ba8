import { findExecutable } from './find-executable.ts';
import { runCommand } from './run-command.ts';
import { askRedis } from './ask-redis.ts';
import { canFetchDebianRedis, fetchDebianRedis, type RedisBinary } from './fetch-debian-redis.ts';
import { noRedis } from './no-redis.ts';
import { messageOf } from './error-facts.ts';

export const REDIS_IMAGE = 'redis:8';

/** Where a Redis comes from. Plain data, so that it can be passed to another process. */
export type RedisSource =
  | { kind: 'url'; url: string; version: string; description: string }
  | { kind: 'server'; binary: RedisBinary; description: string }
  | { kind: 'container'; image: string; description: string };

type Options = {
  /** Where a downloaded Redis is kept. */
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
};

/**
 * The first source that applies: `REDIS_URL`; redis-server or valkey-server on PATH; Docker; the distribution's package in
 * `cacheDir`. @throws {NoRedisError} if none applies. @throws {Error} if the Redis of `REDIS_URL` does not answer.
 */
export async function findRedis(options: Options): Promise<RedisSource> {
  const url = options.env['REDIS_URL'];
  if (url) return fromUrl(url);

  const tried: string[] = [];
  const giveUp = (sentence: string) => {
    tried.push(sentence);
    return undefined;
  };
  const found =
    (await onPath(options, giveUp)) ??
    (await inDocker(options, giveUp)) ??
    (await fromDebian(options, giveUp));
  if (found === undefined) throw await noRedis(tried);
  return found;
}

/**
 * A server that can be run as processes of this machine, which a topology needs: on PATH, or the distribution's package.
 * @throws {NoRedisError} where there is none.
 */
export async function findRedisServer(options: Options): Promise<Server> {
  const tried: string[] = [];
  const giveUp = (sentence: string) => {
    tried.push(sentence);
    return undefined;
  };
  const found = (await onPath(options, giveUp)) ?? (await fromDebian(options, giveUp));
  if (found === undefined) throw await noRedis(tried);
  return found;
}

type GiveUp = (sentence: string) => undefined;

async function fromUrl(url: string): Promise<RedisSource> {
  try {
    const { name, version } = await askRedis(url, { timeoutMs: 5000 });
    return {
      kind: 'url',
      url,
      version,
      description: `${name} ${version} at ${withoutPassword(url)}, from REDIS_URL`,
    };
  } catch (error) {
    throw new Error(`The Redis of REDIS_URL (${withoutPassword(url)}) does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'not a URL';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

type Server = RedisSource & { kind: 'server' };

async function onPath({ env, signal }: Options, giveUp: GiveUp): Promise<Server | undefined> {
  const path = findExecutable(['redis-server', 'valkey-server'], env['PATH']);
  if (path === undefined) return undefined;
  const { stdout, stderr } = await runCommand(path, ['--version'], { env, signal, timeoutMs: 10_000 });
  const version = /\bv=(\d+)\.(\d+)\.\d+/.exec(stdout);
  if (version === null) return giveUp(`${path} does not run: ${stderr.trim()}`);
  // BullMQ's scripts are tested with 6.2 and later.
  const isRecent = Number(version[1]) * 100 + Number(version[2]) >= 602;
  if (!isRecent) return giveUp(`${path} is older than 6.2`);
  return { kind: 'server', binary: { path, env: {} }, description: path };
}

async function inDocker({ env, log, signal }: Options, giveUp: GiveUp): Promise<RedisSource | undefined> {
  if (findExecutable(['docker'], env['PATH']) === undefined) return undefined;
  const docker = (args: string[], timeoutMs: number) =>
    runCommand('docker', args, { env, signal, timeoutMs });
  const info = await docker(['info', '--format', '{{.ServerVersion}}'], 5000);
  if (info.exitCode !== 0) return giveUp('Docker is installed but not running');

  const image = await docker(['image', 'inspect', REDIS_IMAGE, '--format', '{{.Id}}'], 10_000);
  if (image.exitCode !== 0) {
    log(`Pulling the image ${REDIS_IMAGE} …`);
    const pull = await docker(['pull', '--quiet', REDIS_IMAGE], 300_000);
    if (pull.exitCode !== 0) return giveUp(`Docker could not pull ${REDIS_IMAGE}: ${pull.stderr.trim()}`);
  }
  return { kind: 'container', image: REDIS_IMAGE, description: `a container of ${REDIS_IMAGE}` };
}

async function fromDebian(options: Options, giveUp: GiveUp): Promise<Server | undefined> {
  if (!canFetchDebianRedis(options.env)) return undefined;
  try {
    const binary = await fetchDebianRedis(options);
    return { kind: 'server', binary, description: "the distribution's redis-server" };
  } catch (error) {
    options.signal?.throwIfAborted();
    return giveUp(messageOf(error));
  }
}
