import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { freePort } from '../../packages/dev-redis/src/ports.ts';
import { runCommand } from '../../packages/dev-redis/src/run-command.ts';
import { withRedis } from '../../packages/dev-redis/src/ask-redis.ts';
import type { TestRedis } from './test-redis.ts';
import { until } from './until.ts';

/**
 * testcontainers removes what a killed run leaves by a container of its own. Where its image cannot be had, the tests go
 * on without, and remove their containers themselves.
 */
async function allowNoReaper(): Promise<void> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] !== undefined) return;
  const { REAPER_IMAGE } = await import('testcontainers/build/reaper/reaper.js');
  const docker = (args: string[]) => runCommand('docker', args, { env: process.env, timeoutMs: 60_000 });
  if ((await docker(['image', 'inspect', REAPER_IMAGE])).exitCode === 0) return;
  if ((await docker(['pull', '--quiet', REAPER_IMAGE])).exitCode === 0) return;
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
}

/** A Redis in a container, for machines that have Docker and no Redis. */
export async function startContainer(image: string, settings: Record<string, string>): Promise<TestRedis> {
  await allowNoReaper();
  const port = await freePort();
  // On Linux the host's own network, so that several Redis reach each other as on one machine.
  const isOnHost = process.platform === 'linux';
  const directives = {
    ...settings,
    'protected-mode': 'no',
    ...(isOnHost ? { port: String(port), bind: '127.0.0.1' } : {}),
  };
  const options = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]);
  const definition = new GenericContainer(image).withCommand(['redis-server', ...options]);
  const container = await (isOnHost
    ? definition.withNetworkMode('host')
    : definition.withExposedPorts({ container: 6379, host: port })
  ).start();
  const { container: client } = await getContainerRuntimeClient();
  const handle = client.getById(container.getId());
  const isUp = async () => (await handle.inspect()).State.Running;
  const url = `redis://127.0.0.1:${port}`;
  const untilAnswering = () => until(() => withRedis(url, (redis) => redis.ping()));
  await untilAnswering();

  const resume = async () => {
    if ((await handle.inspect()).State.Paused) await handle.unpause();
  };
  const kill = async () => {
    if (!(await isUp())) return;
    await resume();
    await handle.kill();
    await handle.wait();
  };
  return {
    url,
    kind: 'container',
    kill,
    pause: async () => void (await handle.pause()),
    resume,
    restart: async () => {
      await kill();
      await handle.start();
      await untilAnswering();
    },
    stop: async () => void (await handle.stop()),
    async [Symbol.asyncDispose]() {
      await resume();
      await handle.remove({ force: true, v: true });
    },
  };
}
