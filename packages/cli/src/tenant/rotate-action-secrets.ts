import { CODE_TTL, codeTtlSecrets, gatewaySecrets } from './action-content.ts';
import { draftOf } from './action-state.ts';
import { changeStep, deployStep } from './action-steps.ts';
import type { ActionSecret, ActionsApi, DeployableAction } from './actions-api.ts';
import type { GatewayTarget } from './connection-options.ts';
import type { Step } from './run-steps.ts';

const SIGNS_WITH = 'GATEWAY_SECRET';
const OURS = new Set([
  'GATEWAY_URL',
  SIGNS_WITH,
  'GATEWAY_SECRET_BASE64',
  'GATEWAY_AUDIENCE',
  'GATEWAY_SUBJECT',
]);

/** All Actions of the tenant that sign calls to a gateway, for any trigger. @throws {ManagementFailure} */
export async function listSigningActions(actions: ActionsApi): Promise<DeployableAction[]> {
  return (await actions.list()).filter(({ secretNames }) => secretNames.includes(SIGNS_WITH));
}

export type Rotation =
  | { kind: 'possible'; action: DeployableAction; secrets: ActionSecret[] }
  /** Its CODE_TTL_SECONDS would be lost, and must be given again. */
  | { kind: 'code_ttl_unknown'; action: DeployableAction }
  | { kind: 'refused'; action: DeployableAction; why: string };

/** Whether the secret of an Action can be changed: a PATCH replaces all its secrets, whose values cannot be read. */
export function planRotation(
  action: DeployableAction,
  target: GatewayTarget,
  codeTtl: string | undefined,
): Rotation {
  const { name, trigger, secretNames } = action;
  const isPhoneProvider = trigger === 'custom-phone-provider';
  const others = secretNames.filter((one) => !OURS.has(one) && !(isPhoneProvider && one === CODE_TTL));
  if (others.length > 0) {
    const why = `The Action "${name}" has secrets that are not the gateway's (${others.join(', ')}). Auth0 does not show them, and they would be lost.`;
    return { kind: 'refused', action, why };
  }
  if (action.deployed !== undefined && draftOf(action) !== undefined) {
    const why = `The Action "${name}" has an undeployed draft, which would be deployed with the new secret. Deploy or discard it first.`;
    return { kind: 'refused', action, why };
  }
  if (codeTtl === undefined && secretNames.includes(CODE_TTL)) return { kind: 'code_ttl_unknown', action };
  const secrets = [...gatewaySecrets(target), ...codeTtlSecrets(isPhoneProvider ? codeTtl : undefined)];
  return { kind: 'possible', action, secrets };
}

/** Changes the secrets of an Action and deploys it, unless it was not deployed before. */
export function rotationSteps(
  actions: ActionsApi,
  { action, secrets }: Extract<Rotation, { kind: 'possible' }>,
): Step[] {
  const { id, name, deployed } = action;
  const save = changeStep(actions, {
    before: action,
    change: { secrets },
    done: `the Action "${name}" has the new secret`,
  });
  if (deployed === undefined) return [save];
  const deploy = deployStep(actions, {
    id: () => id,
    wanted: { code: deployed.code, earlierVersionId: deployed.id },
    done: `the Action "${name}" runs with it`,
  });
  return [save, deploy];
}
