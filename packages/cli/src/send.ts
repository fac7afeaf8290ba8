import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { type DevState, readDevState } from './dev-state.ts';
import { messageOf } from '@sms-gateway/dev-redis';
import { findGatewayAuthentication } from './gateway-authentication.ts';
import { repositoryRoot } from '@sms-gateway/dev-redis';
import { createActionCaller, createGatewayCaller } from './send/caller.ts';
import { dispatch } from './send/dispatch.ts';
import { createFollow, type Follow } from './send/follow.ts';
import { createJsonOutput } from './send/json-output.ts';
import { createMessages } from './send/messages.ts';
import { createOneOutput } from './send/one-output.ts';
import { openTraces } from './send/open-traces.ts';
import { parseSendOptions, type SendOptions, USAGE } from './send/options.ts';
import { isSuccess } from './send/result.ts';
import { createSeveralOutput } from './send/several-output.ts';
import { untilStopSignal } from './stop-signal.ts';

const ACTION_FILE = join(repositoryRoot, 'integrations', 'auth0-action', 'custom-phone-provider.js');

// Whoever reads may have seen enough, as `head` does.
process.stdout.on('error', () => process.exit(1));
const exitCode = await main(process.argv.slice(2), process.env);
// Calls that nobody waits for any more, after Ctrl-C, would keep the process for their 30 s.
process.stdout.write('', () => process.exit(exitCode));

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const parsed = parseSendOptions(args);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'wrong':
      return complain(`${parsed.problem}\n\n${USAGE}`, 2);
    case 'given':
      try {
        return await send(parsed.options, env);
      } catch (error) {
        return complain(`${messageOf(error)}\n`, 1);
      }
  }
}

async function send(options: SendOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const state = await readDevState(env['GATEWAY_STATE_DIR'] ?? join(repositoryRoot, '.gateway'));
  const endpoint = options.url ?? (env['GATEWAY_URL'] || state?.url);
  const { as, count, connection } = options;
  const found = findGatewayAuthentication({ env, state, connection: connection ?? 'default' });
  if (found.kind === 'no_such_connection') {
    return complain(
      `GATEWAY_CONFIG has no connection ${connection ?? 'default'}. It has ${found.names.join(', ')}: name one with --connection.\n`,
      1,
    );
  }
  if (endpoint === undefined || found.kind === 'missing') {
    return complain(
      'No gateway to send to: run npm start first, or set GATEWAY_URL, AUTH0_SECRET and AUTH0_AUDIENCE (or GATEWAY_CONFIG).\n',
      1,
    );
  }
  if (!URL.canParse(endpoint)) return complain(`${endpoint} is not a URL.\n`, 1);

  const { authentication, secretOrigin } = found;
  const url =
    connection === undefined ? endpoint : new URL(`/v1/connections/${connection}/sms`, endpoint).href;
  const call =
    as === 'action'
      ? await createActionCaller({ url, authentication, file: ACTION_FILE })
      : createGatewayCaller({ url, authentication, now: Date.now });
  const output = createOutput(options, {
    write: (text) => void process.stdout.write(text),
    url,
    count,
    isSignedWithDevSecret: secretOrigin === 'dev_state',
  });

  const stop = new AbortController();
  void untilStopSignal(() => process.exit(130)).then(() => stop.abort());
  const following = await startFollowing(options, redisUrlOf(url, env, state), stop.signal);
  const startedAt = performance.now();
  const results = await dispatch({
    messages: createMessages({ ...options, template: options.text, randomInt }),
    ratePerSecond: options.ratePerSecond,
    call,
    follow: (id) => following.follow(id, output.progressed),
    onAnswered: output.answered,
    onResult: output.concluded,
    onWaiting: (waiting) =>
      void process.stderr.write(
        `Waiting for the outcome of ${waiting === 1 ? 'a message' : `${waiting} messages`}, until the deadline. Ctrl-C ends it.\n`,
      ),
    signal: stop.signal,
  });
  following.close();
  output.end(results, performance.now() - startedAt);
  return results.length === count && results.every(isSuccess) ? 0 : 1;
}

function createOutput({ as, count, isJson }: SendOptions, options: Parameters<typeof createJsonOutput>[0]) {
  if (isJson) return createJsonOutput(options);
  return count === 1 ? createOneOutput(options) : createSeveralOutput({ ...options, as });
}

/** What npm start keeps is about its own gateway only. */
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

function complain(sentence: string, code: number): number {
  process.stderr.write(sentence);
  return code;
}
