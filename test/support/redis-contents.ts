import type { RedisClient } from '@sms-gateway/redis';
import { Redis } from 'ioredis';

/** Every key and every value that Redis holds, as text. */
export async function redisContents(client: RedisClient): Promise<string> {
  const lines: string[] = [];
  for (const key of await client.keys('*')) {
    const type = await client.type(key);
    lines.push(`${type} ${key} ${JSON.stringify(await valueOf(client, type, key))}`);
  }
  return lines.join('\n');
}

async function valueOf(client: RedisClient, type: string, key: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return client.get(key);
    case 'hash':
      return client.hgetall(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, 0, '-1');
    case 'stream':
      return client.xrange(key, '-', '+');
    // Gone between the two looks.
    case 'none':
      return undefined;
    default:
      throw new Error(`no way to read a ${type}`);
  }
}

/** Listens to every command that Redis gets, from all clients, scripts included. */
export async function monitorRedis(url: string) {
  const redis = new Redis(url);
  redis.on('error', () => {});
  const monitor = await redis.monitor();
  const commands: string[] = [];
  monitor.on('error', () => {});
  monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));
  return {
    commands: () => commands.join('\n'),
    [Symbol.dispose]: () => {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}
