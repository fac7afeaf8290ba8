import { readFileSync } from 'node:fs';
import {
  ConfigError,
  loadBlockedDestinations,
  loadRedisConfig,
  parseBlockedDestination,
  type RedisConfig,
} from '@sms-gateway/config';
import { readConfiguredBlocks } from '@sms-gateway/reporting';
import {
  blockRows,
  type Blocks,
  configuredBlockProblem,
  createBlocks,
  parseBlockDuration,
  shownDestination,
} from '@sms-gateway/screening';
import { WrongUse } from '../wrong-use.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_UNAVAILABLE } from './command.ts';
import { readEffectiveEnv } from '../effective-env.ts';
import { describeRedis, reachRedis } from './reach-redis.ts';

/** `block`. */
export async function blockDestination(
  { destination, for: duration, reason }: { destination: string; for?: string | undefined; reason: string },
  { env, paint }: CommandContext,
): Promise<CommandResult> {
  const name = parseDestination(destination);
  const forMs = duration === undefined ? undefined : parseBlockDuration(duration);
  if (forMs?.kind === 'wrong') {
    throw new WrongUse(`--for ${forMs.problem}; omit it to block until you unblock.`);
  }
  return withBlocks(env, async ({ blocks, where }) => {
    const { until } = await blocks.add({
      name,
      forMs: forMs?.value,
      reason: reason.replace(/\s+/g, ' ').trim(),
    });
    const end = until === undefined ? 'until it is unblocked' : `until ${new Date(until).toISOString()}`;
    const again = `npm run gateway -- unblock ${shownDestination(name)}`;
    return {
      exitCode: 0,
      output: `${paint('bold', `${shownDestination(name)} is blocked ${end}`)} (${where}).\nTo undo it: ${again}\n`,
    };
  });
}

/** `unblock`. */
export async function unblockDestination(
  destination: string,
  { env }: CommandContext,
): Promise<CommandResult> {
  const name = parseDestination(destination);
  return withBlocks(env, async ({ blocks, where, ...found }) => {
    const configured = await found.configured();
    if (configured.includes(name)) {
      return { exitCode: 1, output: `${configuredBlockProblem(name)}\n` };
    }
    if (await blocks.remove(name)) {
      return { exitCode: 0, output: `${shownDestination(name)} is no longer blocked (${where}).\n` };
    }
    const others = [...configured, ...(await blocks.list()).map((block) => block.name)].map(shownDestination);
    const hint = others.length === 0 ? 'nothing is' : `blocked: ${others.join(', ')}`;
    return { exitCode: 1, output: `${shownDestination(name)} is not blocked (${where}); ${hint}.\n` };
  });
}

/** `blocks`. */
export async function listBlocks(
  { json = false }: { json?: boolean | undefined },
  { env }: CommandContext,
): Promise<CommandResult> {
  return withBlocks(env, async ({ blocks, where, configured }) => {
    const rows = blockRows(await configured(), await blocks.list());
    if (json) return { exitCode: 0, output: `${JSON.stringify(rows, null, 2)}\n` };
    if (rows.length === 0) return { exitCode: 0, output: `Nothing is blocked (${where}).\n` };
    const lines = rows.map(({ destination, since, until, reason }) => {
      const start = `  ${destination.padEnd(16)}`;
      if (since === null) return `${start}by the configuration`;
      const end = until === null ? 'until unblocked' : `until ${until}`;
      return `${start}since ${since}  ${end}  ${reason}`.trimEnd();
    });
    return { exitCode: 0, output: `Blocked (${where}):\n${lines.join('\n')}\n` };
  });
}

type BlocksAt = {
  blocks: Blocks;
  /** The Redis, described for people. */
  where: string;
  /** Names that the configuration blocks. */
  configured: () => Promise<string[]>;
};

async function withBlocks(
  given: NodeJS.ProcessEnv,
  work: (found: BlocksAt) => Promise<CommandResult>,
): Promise<CommandResult> {
  let found: FoundRedis;
  try {
    found = await redisOf(given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: EX_CONFIG, output: `${error.message}\n` };
  }
  const { config, env, remark } = found;
  const where = describeRedis(config) + remark;
  const answer = await reachRedis(config, 'sms-gateway-blocks', (redis) =>
    work({
      blocks: createBlocks({ redis }),
      where,
      configured: async () => (await readConfiguredBlocks(redis)) ?? blocksOf(env),
    }),
  );
  if (answer.kind === 'reached') return answer.result;
  return {
    exitCode: EX_UNAVAILABLE,
    output: `${where} cannot be used (${answer.code}). Set REDIS_URL or GATEWAY_CONFIG as for the gateway.\n`,
  };
}

const readFile = (path: string) => readFileSync(path, 'utf8');

/** What processes with this environment would block, for when none runs. */
function blocksOf(env: NodeJS.ProcessEnv): string[] {
  try {
    return loadBlockedDestinations({ env, readFile });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // No process starts with this configuration, and the command must still work.
    return [];
  }
}

type FoundRedis = { config: RedisConfig; env: NodeJS.ProcessEnv; remark: string };

/**
 * The Redis of the environment, or that of `npm start`. The command must work even with a broken file, because the
 * processes still run with what they have loaded.
 */
async function redisOf(given: NodeJS.ProcessEnv): Promise<FoundRedis> {
  const isSet = Boolean(given['REDIS_URL'] || given['GATEWAY_CONFIG']);
  const env = isSet ? given : await readEffectiveEnv(given);
  const load = (from: NodeJS.ProcessEnv) => loadRedisConfig({ env: from, readFile });
  try {
    return { config: load(env), env, remark: '' };
  } catch (error) {
    const isFileBad = error instanceof ConfigError && env['GATEWAY_CONFIG'] && env['REDIS_URL'];
    if (!isFileBad) throw error;
    const remark = `, from REDIS_URL: GATEWAY_CONFIG cannot be used, and may name another Redis`;
    return { config: load({ ...env, GATEWAY_CONFIG: '' }), env, remark };
  }
}

/** @throws {WrongUse} */
function parseDestination(given: string): string {
  const destination = parseBlockedDestination(given);
  if (destination.kind === 'wrong') throw new WrongUse(destination.problem);
  return destination.value;
}
