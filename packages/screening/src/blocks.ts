import { MAX_BLOCKED_DIGITS } from '@sms-gateway/config';
import { countriesToDeny, gatewayKeys, type PhoneNumber } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';

/** A destination that an operator has blocked by hand. Times in milliseconds since the epoch, by Redis's own clock. */
export type Block = {
  /** `*` for all, an ISO 3166-1 alpha-2 country, or the beginning of numbers in E.164, such as `+88`. */
  name: string;
  since: number;
  /** Undefined: until it is removed. */
  until: number | undefined;
  reason: string;
};

/** The switch that stops messages to a destination at once, for all processes. */
export type Blocks = {
  /** Replaces what was under the name. Without `forMs` it lasts until it is removed. */
  add(block: { name: string; forMs?: number | undefined; reason: string }): Promise<Block>;
  /** False where there was none. */
  remove(name: string): Promise<boolean>;
  /** Those in force, the oldest first. */
  list(): Promise<Block[]>;
};

/** `now` replaces Redis's own clock, for simulations: the clock of the operator's laptop must not decide. */
export function createBlocks({ redis, now }: { redis: RedisClient; now?: () => number }): Blocks {
  async function time(): Promise<number> {
    if (now !== undefined) return now();
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }
  async function all(): Promise<Block[]> {
    const fields = await redis.hgetall(gatewayKeys.blocks);
    return Object.entries(fields).map(([name, value]) => parseBlock(name, value));
  }
  const isOver = ({ until }: Block, at: number) => until !== undefined && until <= at;

  return {
    add: async ({ name, forMs, reason }) => {
      const since = await time();
      const until = forMs === undefined ? undefined : since + forMs;
      const over = (await all()).filter((block) => isOver(block, since)).map((block) => block.name);
      if (over.length > 0) await redis.hdel(gatewayKeys.blocks, ...over);
      await redis.hset(gatewayKeys.blocks, name, `${until ?? 0} ${since} ${reason}`);
      return { name, since, until, reason };
    },
    remove: async (name) => (await redis.hdel(gatewayKeys.blocks, name)) > 0,
    list: async () => {
      const at = await time();
      return (await all()).filter((block) => !isOver(block, at)).toSorted((a, b) => a.since - b.since);
    },
  };
}

type Destination = Pick<PhoneNumber, 'e164' | 'country' | 'countryCallingCode'>;

/**
 * What of a number a block can name, for blocks.lua: its longest beginning, which leaves out its last four digits, and its
 * countries.
 */
export function blockableOf(number: Destination): string {
  const digits = Math.min(MAX_BLOCKED_DIGITS, number.e164.length - 1 - 4);
  return [number.e164.slice(0, digits + 1), ...countriesToDeny(number)].join(' ');
}

/** The names under which a block would stop this number, the widest first, as blocks.lua has them. */
export function blockNamesOf(number: Destination): string[] {
  const [longest = '', ...countries] = blockableOf(number).split(' ');
  const beginnings = Array.from({ length: longest.length - 1 }, (_, index) => longest.slice(0, index + 2));
  return ['*', ...countries, ...beginnings];
}

/** As it is stored: the end of the block first (0: none), which blocks.lua compares with its time. */
export function parseBlock(name: string, value: string): Block {
  const [until, since, ...reason] = value.split(' ');
  return {
    name,
    since: Number(since),
    until: until === '0' ? undefined : Number(until),
    reason: reason.join(' '),
  };
}
