import { type RedisProcess, startRedisProcess } from './redis-process.ts';
import { nodeConfig, prepareGround, type TopologyOptions } from './topology.ts';

/** One durable Redis. */
export type SingleRedis = AsyncDisposable & {
  node: RedisProcess;
  /** The gateway's settings for it. */
  env: { REDIS_URL: string };
};

export async function startSingleRedis(options: TopologyOptions): Promise<SingleRedis> {
  const { binary, env, settings = {} } = options;
  const ground = await prepareGround(options);
  try {
    const site = await ground.site('redis');
    const node = await startRedisProcess({
      binary,
      env,
      keeper: ground.keeper,
      name: site.name,
      directory: site.directory,
      host: site.address,
      ownPort: site.ownPort,
      port: site.port,
      config: nodeConfig(site, settings),
    });
    return {
      node,
      env: { REDIS_URL: `redis://${site.address}:${site.ownPort}` },
      [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
    };
  } catch (error) {
    await ground[Symbol.asyncDispose]();
    throw error;
  }
}
