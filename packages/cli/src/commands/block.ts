import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type Blocks,
  createBlocks,
  parseBlockDuration,
  parseBlockedDestination,
  shownDestination,
} from '@sms-gateway/screening';
import { ConfigError, loadRedisConfig, type RedisConfig } from '@sms-gateway/config';
import { readDevState } from '../dev-state.ts';
import { stateFolder } from './auth0/options.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_UNAVAILABLE, usageError } from './command.ts';
import { effectiveEnv } from './doctor/effective-env.ts';
import { describeRedis, reachRedis } from './reach-redis.ts';

const DESTINATIONS = `  DESTINATION   the beginning of numbers (+88, +4915; 7 digits at most), a country (BD), or all`;

const BLOCK_USAGE = `Usage: npm run gateway -- block DESTINATION [--for 6h] [--reason TEXT]

Stops all messages to a destination, from the next one on, in every process that shares this Redis: new ones are answered
403, and what waits in the queue fails. It holds whatever SCREENING is.

${DESTINATIONS}
  --for         how long, such as 30m, 6h or 2d; without it, until it is unblocked
  --reason      for whoever looks at it later
`;

const UNBLOCK_USAGE = `Usage: npm run gateway -- unblock DESTINATION

Takes back what block has blocked.

${DESTINATIONS}
`;

const BLOCKS_USAGE = `Usage: npm run gateway -- blocks [--json]

Lists the destinations that are blocked by hand.
`;

/** `block`. */
export async function blockDestination(
  args: string[],
  { env, paint }: CommandContext,
): Promise<CommandResult> {
  const options = parse(args, { for: { type: 'string' }, reason: { type: 'string' } });
  if (options.kind === 'help') return { exitCode: 0, output: BLOCK_USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, BLOCK_USAGE);
  const name = parseDestination(options.positionals);
  if (name.kind === 'wrong') return usageError(name.problem, BLOCK_USAGE);
  const { for: duration, reason = '' } = options.values;
  const forMs = typeof duration === 'string' ? parseBlockDuration(duration) : undefined;
  if (forMs?.kind === 'wrong') {
    return usageError(`--for ${forMs.problem}; leave it out for a block without end.`, BLOCK_USAGE);
  }
  return withBlocks(env, async (blocks, where) => {
    const { until } = await blocks.add({
      name: name.value,
      forMs: forMs?.value,
      reason: String(reason).replace(/\s+/g, ' ').trim(),
    });
    const end = until === undefined ? 'until it is unblocked' : `until ${time(until)}`;
    const again = `npm run gateway -- unblock ${shownDestination(name.value)}`;
    return {
      exitCode: 0,
      output: `${paint('bold', `${shownDestination(name.value)} is blocked ${end}`)} (${where}).\nTo take it back: ${again}\n`,
    };
  });
}

/** `unblock`. */
export async function unblockDestination(args: string[], { env }: CommandContext): Promise<CommandResult> {
  const options = parse(args, {});
  if (options.kind === 'help') return { exitCode: 0, output: UNBLOCK_USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, UNBLOCK_USAGE);
  const name = parseDestination(options.positionals);
  if (name.kind === 'wrong') return usageError(name.problem, UNBLOCK_USAGE);
  return withBlocks(env, async (blocks, where) => {
    if (await blocks.remove(name.value)) {
      return { exitCode: 0, output: `${shownDestination(name.value)} is not blocked any more (${where}).\n` };
    }
    const others = (await blocks.list()).map((block) => shownDestination(block.name));
    const hint = others.length === 0 ? 'nothing is' : `blocked: ${others.join(', ')}`;
    return { exitCode: 1, output: `${shownDestination(name.value)} is not blocked (${where}); ${hint}.\n` };
  });
}

/** `blocks`. */
export async function listBlocks(args: string[], { env }: CommandContext): Promise<CommandResult> {
  const options = parse(args, { json: { type: 'boolean' } });
  if (options.kind === 'help') return { exitCode: 0, output: BLOCKS_USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, BLOCKS_USAGE);
  return withBlocks(env, async (blocks, where) => {
    const list = await blocks.list();
    if (options.values['json'] === true) {
      const entries = list.map(({ name, since, until, reason }) => ({
        destination: shownDestination(name),
        since: time(since),
        until: until === undefined ? null : time(until),
        reason,
      }));
      return { exitCode: 0, output: `${JSON.stringify(entries, null, 2)}\n` };
    }
    if (list.length === 0) return { exitCode: 0, output: `Nothing is blocked (${where}).\n` };
    const rows = list.map(({ name, since, until, reason }) => {
      const end = until === undefined ? 'until unblocked' : `until ${time(until)}`;
      return `  ${shownDestination(name).padEnd(16)}since ${time(since)}  ${end}  ${reason}`.trimEnd();
    });
    return { exitCode: 0, output: `Blocked (${where}):\n${rows.join('\n')}\n` };
  });
}

async function withBlocks(
  given: NodeJS.ProcessEnv,
  work: (blocks: Blocks, where: string) => Promise<CommandResult>,
): Promise<CommandResult> {
  let found: FoundRedis;
  try {
    found = await redisOf(given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: EX_CONFIG, output: `${error.message}\n` };
  }
  const { config, remark } = found;
  const where = describeRedis(config) + remark;
  const answer = await reachRedis(config, 'sms-gateway-blocks', (redis) =>
    work(createBlocks({ redis }), where),
  );
  if (answer.kind === 'reached') return answer.result;
  return {
    exitCode: EX_UNAVAILABLE,
    output: `${where} cannot be used (${answer.code}). Set REDIS_URL or GATEWAY_CONFIG to what the gateway has.\n`,
  };
}

type FoundRedis = { config: RedisConfig; remark: string };

/**
 * What the environment says, or the Redis of `npm start`. A file that somebody has broken must not take the switch away:
 * the processes go on with what they have loaded.
 */
async function redisOf(given: NodeJS.ProcessEnv): Promise<FoundRedis> {
  const isTold = Boolean(given['REDIS_URL'] || given['GATEWAY_CONFIG']);
  const env = isTold ? given : effectiveEnv(given, await readDevState(stateFolder(given))).env;
  const load = (from: NodeJS.ProcessEnv) =>
    loadRedisConfig({ env: from, readFile: (path) => readFileSync(path, 'utf8') });
  try {
    return { config: load(env), remark: '' };
  } catch (error) {
    const isFileBad = error instanceof ConfigError && env['GATEWAY_CONFIG'] && env['REDIS_URL'];
    if (!isFileBad) throw error;
    const remark = `, as REDIS_URL says: GATEWAY_CONFIG cannot be used, and may name another`;
    return { config: load({ ...env, GATEWAY_CONFIG: '' }), remark };
  }
}

type Parsed =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | { kind: 'given'; positionals: string[]; values: Record<string, unknown> };

function parse(args: string[], options: Record<string, { type: 'string' | 'boolean' }>): Parsed {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    });
    return values['help'] === true ? { kind: 'help' } : { kind: 'given', positionals, values };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function parseDestination(positionals: string[]): ReturnType<typeof parseBlockedDestination> {
  const [given, ...more] = positionals;
  if (given === undefined) return { kind: 'wrong', problem: 'The destination is missing.' };
  if (more.length > 0) return { kind: 'wrong', problem: 'One destination at a time, without spaces.' };
  return parseBlockedDestination(given);
}

const time = (at: number) => new Date(at).toISOString();
