import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '@sms-gateway/dev-redis';
import { type DevState, readDevState, stateFolder } from '../dev-state.ts';
import { findGatewayAuthentication } from '../gateway-authentication.ts';
import type { Io } from '../io.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { createActionCaller, createGatewayCaller } from './send/caller.ts';
import { createFollow, type Follow } from './send/follow.ts';
import { createJsonOutput } from './send/json-output.ts';
import { createMessages } from './send/messages.ts';
import { createOneOutput } from './send/one-output.ts';
import { openTraces } from './send/open-traces.ts';
import { readSendOptions, type SendOptions } from './send/options.ts';
import { isSuccess } from './send/result.ts';
import { sendMessages } from './send/send-messages.ts';
import { createSeveralOutput } from './send/several-output.ts';
import { repositoryRoot } from '../repository.ts';

const ACTION_FILE = join(repositoryRoot, 'integrations', 'auth0-action', 'custom-phone-provider.js');

/** `send`. */
export async function send(
  given: Parameters<typeof readSendOptions>[0],
  { env, io }: CommandContext,
): Promise<CommandResult> {
  const options = readSendOptions(given);
  try {
    return await sendAndFollow(options, env, io);
  } catch (error) {
    return complain(`${messageOf(error)}\n`);
  }
}

async function sendAndFollow(options: SendOptions, env: NodeJS.ProcessEnv, io: Io): Promise<CommandResult> {
  const state = await readDevState(stateFolder(env));
  const endpoint = options.url ?? (env['GATEWAY_URL'] || state?.url);
  const { as, count, connection } = options;
  const found = findGatewayAuthentication({ env, state, connection: connection ?? 'default' });
  if (found.kind === 'no_such_connection') {
    return complain(
      `GATEWAY_CONFIG has no connection ${connection ?? 'default'}. It has ${found.names.join(', ')}: name one with --connection.\n`,
    );
  }
  if (endpoint === undefined || found.kind === 'missing') {
    return complain(
      'No gateway to send to: run npm start first, or set GATEWAY_URL, AUTH0_SECRET and AUTH0_AUDIENCE (or GATEWAY_CONFIG).\n',
    );
  }
  if (!URL.canParse(endpoint)) return complain(`${endpoint} is not a URL.\n`);

  const { authentication, secretOrigin } = found;
  const url =
    connection === undefined ? endpoint : new URL(`/v1/connections/${connection}/sms`, endpoint).href;
  const call =
    as === 'action'
      ? await createActionCaller({ url, authentication, file: ACTION_FILE })
      : createGatewayCaller({ url, authentication, now: Date.now });
  const output = createOutput(options, {
    write: (text) => void io.stdout.write(text),
    url,
    count,
    isSignedWithDevSecret: secretOrigin === 'dev_state',
  });

  const stop = new AbortController();
  void io.untilStopSignal().then(() => stop.abort());
  const following = await startFollowing(options, redisUrlOf(url, env, state), stop.signal);
  const startedAt = performance.now();
  const results = await sendMessages({
    messages: createMessages({ ...options, template: options.text, randomInt }),
    ratePerSecond: options.ratePerSecond,
    call,
    follow: (id) => following.follow(id, output.progressed),
    onAnswered: output.answered,
    onResult: output.concluded,
    onWaiting: (waiting) =>
      void io.stderr.write(
        `Waiting for the outcome of ${waiting === 1 ? 'a message' : `${waiting} messages`}, at most until the deadline. Ctrl-C stops.\n`,
      ),
    signal: stop.signal,
  });
  following.close();
  output.end(results, performance.now() - startedAt);
  return { exitCode: results.length === count && results.every(isSuccess) ? 0 : 1, output: '' };
}

function createOutput({ as, count, isJson }: SendOptions, options: Parameters<typeof createJsonOutput>[0]) {
  if (isJson) return createJsonOutput(options);
  return count === 1 ? createOneOutput(options) : createSeveralOutput({ ...options, as });
}

/** The Redis of npm start belongs to its own gateway only. */
function redisUrlOf(url: string, env: NodeJS.ProcessEnv, state: DevState | undefined): string | undefined {
  if (env['REDIS_URL']) return env['REDIS_URL'];
  return state !== undefined && new URL(state.url).origin === new URL(url).origin
    ? state.redisUrl
    : undefined;
}

async function startFollowing(
  { isFollowed }: SendOptions,
  redisUrl: string | undefined,
  signal: AbortSignal,
): Promise<{ follow: Follow; close: () => void }> {
  const opened = !isFollowed
    ? ({ kind: 'not_wanted' } as const)
    : redisUrl === undefined
      ? ({ kind: 'no_redis' } as const)
      : await openTraces(redisUrl);
  if (opened.kind === 'open') {
    const follow = createFollow({ traces: opened.traces, now: () => performance.now(), signal });
    return { follow, close: opened.close };
  }
  return { follow: async () => ({ kind: 'not_followed', why: opened }), close: () => undefined };
}

function complain(sentence: string): CommandResult {
  return { exitCode: 1, output: sentence };
}
