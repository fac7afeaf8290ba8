import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { runCommand } from './run-command.ts';
import { claimDirectory } from './claim-directory.ts';
import { redisConfig, type Appendfsync } from './redis-config.ts';
import { redisUrl, type RunningRedis } from './running-redis.ts';
import { untilAnswering } from './until-answering.ts';

type Options = {
  image: string;
  /** Determines the name of the volume with the data; the directory itself contains only the claim. */
  dataDir: string;
  logFile: string;
  port: number;
  password: string;
  appendfsync: Appendfsync;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
};

// The configuration comes through standard input, because it contains the password. Privileges are dropped as the image does
// for its default command.
const SCRIPT = `umask 077
cat > /tmp/redis.conf
command -v setpriv > /dev/null || exec redis-server /tmp/redis.conf
chown -R redis /data /tmp/redis.conf
exec setpriv --reuid=redis --regid=redis --clear-groups redis-server /tmp/redis.conf`;

/**
 * Runs a Redis in a container, published only on 127.0.0.1, with its data in a volume that outlives the container. Removes a
 * container that an earlier, killed run left.
 */
export async function runRedisContainer(options: Options): Promise<RunningRedis> {
  const { image, dataDir, logFile, port, password, appendfsync, env, signal } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const name = containerName(dataDir);
  const remove = () => runCommand('docker', ['rm', '--force', name], { env, timeoutMs: 30_000 });

  const claim = await claimDirectory(dataDir, async () => undefined);
  await remove();
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    'docker',
    ['run', '--rm', '--interactive', '--name', name, '--publish', `127.0.0.1:${port}:6379`].concat([
      '--volume',
      `${name}:/data`,
      '--entrypoint',
      'sh',
      image,
      '-c',
      SCRIPT,
    ]),
    { detached: true, stdio: ['pipe', log, log], env },
  );
  closeSync(log);
  const ended = once(child, 'exit').then(() => claim.release());
  child.stdin?.end(redisConfig({ bind: '0.0.0.0', port: 6379, directory: '/data', password, appendfsync }));

  const stop = async () => {
    await runCommand('docker', ['stop', '--time', '10', name], { env, timeoutMs: 30_000 });
    await remove();
    await ended;
  };
  const url = redisUrl(port, password);
  try {
    const facts = await untilAnswering({ url, child, ended, logFile, signal });
    return { url, port, password, facts, pid: child.pid, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The name of the container and of the volume for one data directory. */
export function containerName(dataDir: string): string {
  return `sms-gateway-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
}
