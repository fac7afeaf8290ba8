import { readPhoneNumber } from '@sms-gateway/contract';
import { parseDurationMs } from '@sms-gateway/config';
import { createIdentity } from '@sms-gateway/privacy';
import { createWhy, isUnattributed, type Question } from '@sms-gateway/reporting';
import { WrongUse } from '../wrong-use.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_UNAVAILABLE } from './command.ts';
import { describeRedis, reachRedis } from './reach-redis.ts';
import { findStoreConfig } from './store-config.ts';
import { whyReport } from './why-report.ts';

type Options = {
  /** Parts of one number, as the shell splits it. */
  number: readonly string[];
  id?: string | undefined;
  correlationId?: string | undefined;
  since?: string | undefined;
  json?: boolean | undefined;
};

/**
 * `why`. Exits 0 if a message was found, else 1. Requests that were refused before their number was read are shown, but
 * nobody knows whether they were for this number, so they alone do not count as found.
 */
export async function explainDelivery(
  options: Options,
  { env, paint }: CommandContext,
): Promise<CommandResult> {
  const now = Date.now;
  const question = readQuestion(options, now());
  const loaded = await findStoreConfig(env);
  if (loaded.kind === 'problem') return { exitCode: EX_CONFIG, output: `${loaded.message}\n` };
  const { redis: config, payloadKeys } = loaded.config;
  const answer = await reachRedis(config, 'sms-gateway-why', (redis) =>
    createWhy({ redis, identity: createIdentity(payloadKeys), now })(question),
  );
  if (answer.kind === 'unreachable') {
    return {
      exitCode: EX_UNAVAILABLE,
      output: `${describeRedis(config)} cannot be used (${answer.code}). Set REDIS_URL or GATEWAY_CONFIG as for the gateway.\n`,
    };
  }
  const { result } = answer;
  return {
    exitCode: result.messages.every(isUnattributed) ? 1 : 0,
    output: '',
    report: options.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : whyReport(result, paint, problemOf(question)),
  };
}

/** The caller may have sent the same invalid number, or the operator may have left out the country code. */
const problemOf = (question: Question) =>
  'dialled' in question ? readPhoneNumber(question.dialled).problem : undefined;

/** @throws {WrongUse} */
function readQuestion({ number: parts, id, correlationId, since }: Options, now: number): Question {
  const number = parts.join(' ');
  const given = [number, id, correlationId].filter(Boolean).length;
  if (given !== 1) {
    throw new WrongUse(
      given === 0
        ? 'The number is missing (or --id, or --correlation-id).'
        : 'Use only one of a number, --id, and --correlation-id.',
    );
  }
  const sinceMs = since === undefined ? undefined : now - parseSince(since);
  if (id) return { id, sinceMs };
  if (correlationId) return { correlationId, sinceMs };
  const { number: parsed } = readPhoneNumber(number, undefined);
  if (parsed !== undefined) return { number: parsed, sinceMs };
  if (!/\d/.test(number))
    throw new WrongUse('That is not a phone number: write all of it, such as +14155550123.');
  return { dialled: number, sinceMs };
}

/** @throws {WrongUse} */
function parseSince(text: string): number {
  const [, days] = /^(\d{1,2})d$/.exec(text) ?? [];
  const ms = days === undefined ? parseDurationMs(text) : Number(days) * 86_400_000;
  if (ms === undefined) throw new WrongUse('--since must be a duration with a unit, such as 10m, 2h or 2d.');
  return ms;
}
