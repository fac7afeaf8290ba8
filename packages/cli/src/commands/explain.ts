import { readFileSync } from 'node:fs';
import {
  countriesOf,
  gatewayKeys,
  maskPhoneNumber,
  type PhoneNumber,
  readPhoneNumber,
} from '@sms-gateway/contract';
import { createIdentity } from '@sms-gateway/privacy';
import { type RedisClient } from '@sms-gateway/redis';
import {
  ConfigError,
  type ConnectionConfig,
  type IngressConfig,
  loadIngressConfig,
} from '@sms-gateway/config';
import { PROVIDERS } from '@sms-gateway/providers';
import {
  blockNamesOf,
  createRefusals,
  explainScreening,
  networkOf,
  screenMessage,
  shownDestination,
} from '@sms-gateway/screening';
import { WrongUse } from '../wrong-use.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR, EX_UNAVAILABLE } from './command.ts';
import { readEffectiveEnv } from '../effective-env.ts';
import { type Explanation, explanationReport } from './explain-report.ts';
import { describeRedis, reachRedis } from './reach-redis.ts';

/** The most refusals of the number that are shown. */
const SHOWN_REFUSALS = 10;
/** All refusals that Redis keeps. */
const SEARCHED_REFUSALS = 10_000;

type Options = {
  number: string;
  ip?: string | undefined;
  connection: string;
  text: string;
  json?: boolean | undefined;
};

/** `explain`. */
export async function explainNumber(
  options: Options,
  { env: given, paint }: CommandContext,
): Promise<CommandResult> {
  if (options.ip !== undefined && networkOf(options.ip) === undefined) {
    throw new WrongUse('--ip must be an IPv4 or IPv6 address.');
  }
  const env = await readEffectiveEnv(given);
  let config: IngressConfig;
  try {
    config = loadIngressConfig({
      env,
      readFile: (path) => readFileSync(path, 'utf8'),
      providers: PROVIDERS,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: EX_CONFIG, output: `${error.message}\n` };
  }
  const connection = config.connections.find(({ name }) => name === options.connection);
  if (connection === undefined) {
    const names = config.connections.map(({ name }) => name).join(', ');
    return {
      exitCode: EX_DATAERR,
      output: `There is no connection ${options.connection}; configured: ${names}.\n`,
    };
  }
  const { number, problem } = readPhoneNumber(options.number, connection.defaultCountry);
  if (number === undefined) {
    return { exitCode: EX_DATAERR, output: `The gateway answers 422. ${problem}\n` };
  }
  const answer = await reachRedis(config.redis, 'sms-gateway-explain', (redis) =>
    explain({ redis, config, connection, number, ip: options.ip, text: options.text }),
  );
  if (answer.kind === 'unreachable') {
    return {
      exitCode: EX_UNAVAILABLE,
      output: `${describeRedis(config.redis)} cannot be used (${answer.code}); the gateway answers 503.\n`,
    };
  }
  const output = options.json
    ? `${JSON.stringify(answer.result, null, 2)}\n`
    : explanationReport(answer.result, paint);
  return { exitCode: 0, output };
}

async function explain({
  redis,
  config,
  connection,
  number,
  ip,
  text,
}: {
  redis: RedisClient;
  config: IngressConfig;
  connection: ConnectionConfig;
  number: PhoneNumber;
  ip: string | undefined;
  text: string;
}): Promise<Explanation> {
  const identity = createIdentity(config.payloadKeys);
  const { destination, screening, recipientKey } = screenMessage(
    { recipient: number, ip, text, isCode: true },
    connection,
    {
      mode: config.screening,
      blockedDestinations: config.blockedDestinations,
      limitKey: (scope, subject) => identity.limitKey(scope, subject),
    },
  );
  const [{ blocks, rules }, latest, tellsVerified] = await Promise.all([
    explainScreening(redis, screening),
    createRefusals({ redis }).latest(SEARCHED_REFUSALS),
    redis.exists(gatewayKeys.tellsVerified(connection.name)),
  ]);
  return {
    number: {
      shown: maskPhoneNumber(number),
      country: number.country ?? null,
      countries: countriesOf(number),
      type: number.type ?? null,
    },
    connection: connection.name,
    screening: config.screening,
    segments: screening.request.kind.segments,
    destination,
    blocks: [
      ...blockNamesOf(number)
        .filter((name) => config.blockedDestinations.includes(name))
        .map((name) => ({
          destination: shownDestination(name),
          until: null,
          reason: '',
          source: 'configuration' as const,
        })),
      ...blocks.map(({ name, until, reason }) => ({
        destination: shownDestination(name),
        until: until ?? null,
        reason,
      })),
    ],
    rules,
    wantedIsToldBy: tellsVerified === 1 ? 'application' : 'receipts',
    refusals: latest
      .filter((refusal) => refusal.recipientKey === recipientKey)
      .slice(0, SHOWN_REFUSALS)
      .map(({ at, messageId, rules: refusedBy }) => ({ at, messageId, rules: refusedBy })),
  };
}
