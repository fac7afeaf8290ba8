import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import type { ActionContent, ActionSecret, ActionTrigger } from './actions-api.ts';
import type { GatewayTarget } from './connection-options.ts';

/** The runtime that Auth0 offers today (https://auth0.com/docs/customize/actions/limitations). */
const RUNTIME = 'node22';

const ACTIONS: Record<ActionTrigger, { name: string; file: string }> = {
  'custom-phone-provider': { name: 'SMS gateway', file: 'custom-phone-provider.js' },
  'send-phone-message': { name: 'SMS gateway for MFA', file: 'send-phone-message.js' },
};

export function actionFile(trigger: ActionTrigger): string {
  return join(repositoryRoot, 'integrations', 'auth0-action', ACTIONS[trigger].file);
}

/** The secrets with which an Action calls the gateway. */
export function gatewaySecrets(target: GatewayTarget): ActionSecret[] {
  const { url, audience, subject, secret, isSecretBase64Encoded } = target;
  return [
    { name: 'GATEWAY_URL', value: url },
    { name: 'GATEWAY_SECRET', value: secret },
    { name: 'GATEWAY_SECRET_BASE64', value: String(isSecretBase64Encoded) },
    { name: 'GATEWAY_AUDIENCE', value: audience },
    ...(subject === undefined ? [] : [{ name: 'GATEWAY_SUBJECT', value: subject }]),
  ];
}

/** How long a code may be retried; read by the custom phone provider's Action. */
export const CODE_TTL = 'CODE_TTL_SECONDS';

export function codeTtlSecrets(codeTtl: string | undefined): ActionSecret[] {
  return codeTtl === undefined ? [] : [{ name: CODE_TTL, value: codeTtl }];
}

/** The ready Action for a trigger. */
export async function actionContent(
  trigger: ActionTrigger,
  target: GatewayTarget,
  codeTtl: string | undefined,
): Promise<ActionContent> {
  return {
    name: ACTIONS[trigger].name,
    code: await readFile(actionFile(trigger), 'utf8'),
    runtime: RUNTIME,
    dependencies: [],
    secrets: [...gatewaySecrets(target), ...codeTtlSecrets(codeTtl)],
  };
}
