import type { ActionState } from '../../tenant/action-state.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

export type PhoneState = Pick<ActionState, 'action' | 'provider'>;

const NEEDED_SECRETS = ['GATEWAY_URL', 'GATEWAY_SECRET', 'GATEWAY_AUDIENCE'];
const CONNECT = 'npm run gateway -- auth0 connect --action';

/** Whether the tenant's phone provider `custom` runs our Action. Auth0 never reveals the values of the Action's secrets. */
export function judgeAction({ action, provider }: PhoneState, ownCode: string): Finding[] {
  const advice = `${CONNECT} --dry-run shows the changes; without --dry-run it makes them.`;
  const problems: string[] = [];
  if (provider?.isDisabled === true) problems.push('the phone provider "custom" is disabled');
  if (provider !== undefined && !provider.deliveryMethods.includes('text')) {
    problems.push('the phone provider "custom" is not for text messages');
  }
  if (action === undefined) {
    problems.push('the phone provider "custom" has no Action (trigger custom-phone-provider)');
  } else {
    if (action.deployed === undefined) problems.push(`the Action "${action.name}" is not deployed`);
    else if (action.hasUndeployedChanges)
      problems.push(`the Action "${action.name}" has undeployed changes, so an older version runs`);
    const missing = NEEDED_SECRETS.filter((name) => !action.secretNames.includes(name));
    if (missing.length > 0)
      problems.push(`the Action "${action.name}" lacks the secrets ${missing.join(', ')}`);
  }
  const findings = problems.map((problem) => failed(problem, advice));
  if (action !== undefined && action.code !== ownCode) {
    findings.push(
      warning(
        `the code of the Action "${action.name}" differs from this version's`,
        `If that is not intended: ${advice}`,
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [ok(`the phone provider "custom" runs this version of the Action "${action?.name ?? ''}"`)];
}
