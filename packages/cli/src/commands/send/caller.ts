import { z } from 'zod';
import { type ActionCache, type ActionRun, loadAction } from '../../tenant/run-action.ts';
import { phoneProviderEvent } from '../../tenant/sample-events.ts';
import { callGateway, type GatewayAnswer, type GatewayAuthentication, signToken } from '../../play-auth0.ts';
import type { Message } from './messages.ts';

/** One call, as Auth0 sees it. */
export type Call =
  | { answer: GatewayAnswer; action?: undefined }
  /** An Action may end without an answer. */
  | { answer: GatewayAnswer | undefined; action: ActionRun };

export type Caller = (message: Message) => Promise<Call>;

type Options = { url: string; authentication: GatewayAuthentication };

/** Auth0's call for a legacy passwordless connection. */
export function createGatewayCaller({ url, authentication, now }: Options & { now: () => number }): Caller {
  return async ({ recipient, text }) => ({
    answer: await callGateway({ url, token: await signToken(authentication, now()), recipient, text }),
  });
}

/**
 * The call that a custom phone provider Action makes when Auth0 runs it.
 * @throws {Error} if `file` cannot be read or compiled.
 */
export async function createActionCaller({
  url,
  authentication,
  file,
  timeoutMs,
}: Options & { file: string; timeoutMs?: number }): Promise<Caller> {
  const action = await loadAction(file);
  const secrets = actionSecrets({ url, authentication });
  const cache: ActionCache = new Map();
  return async ({ recipient, text, code }) => {
    const run = await action.run({
      handler: 'onExecuteCustomPhoneProvider',
      event: phoneProviderEvent({ recipient, text, code, secrets }),
      cache,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const last = run.answers.at(-1);
    return { answer: last && { kind: 'answered', ...last, durationMs: run.durationMs }, action: run };
  };
}

/** The Action's secrets that correspond to `gateway_authentication` of a connection. */
function actionSecrets({ url, authentication }: Options): Record<string, string> {
  const { secret, isSecretBase64Encoded, audience, subject } = authentication;
  return {
    GATEWAY_URL: url,
    GATEWAY_SECRET: secret,
    GATEWAY_AUDIENCE: audience,
    ...(subject !== undefined && { GATEWAY_SUBJECT: subject }),
    ...(isSecretBase64Encoded && { GATEWAY_SECRET_BASE64: 'true' }),
  };
}

/** Whether the gateway accepted the message, and Auth0 treats it as sent. */
export function isTaken({ answer, action }: Call): boolean {
  const isOk = answer?.kind === 'answered' && answer.status === 200;
  return isOk && (action === undefined || action.end.kind === 'returned');
}

/** The gateway's id of a message that it accepted. */
export function acceptedId({ answer }: Call): string | undefined {
  if (answer?.kind !== 'answered' || answer.status !== 200) return undefined;
  const id = fieldOf(answer, 'id');
  return id === '' ? undefined : id;
}

const fieldsSchema = z.record(z.string(), z.unknown());

/** A text field of a JSON answer. */
export function fieldOf({ body }: { body: string }, name: string): string | undefined {
  try {
    const value = fieldsSchema.safeParse(JSON.parse(body)).data?.[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
