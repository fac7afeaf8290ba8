import { type ActionState, draftOf, isSameVersion } from './action-state.ts';
import type { ActionContent, ActionTrigger, DeployableAction } from './actions-api.ts';
import { describeProvider, isReady } from './phone-providers-api.ts';

/** The steps of a deployment, in order, for people. */
export function plannedSteps(
  { action, provider, bound }: ActionState,
  content: ActionContent,
  trigger: ActionTrigger,
): string[] {
  const secrets = content.secrets.map(({ name }) => name);
  const lost = (action?.secretNames ?? []).filter((name) => !secrets.includes(name));
  const steps =
    action === undefined
      ? [`create the Action "${content.name}" (trigger ${trigger}, ${content.runtime})`]
      : [
          ...(action.name === content.name
            ? []
            : [`rename the Action "${action.name}" to "${content.name}"`]),
          ...codeSteps(action, content),
        ];
  steps.push(`set its secrets: ${secrets.join(', ')}`);
  if (lost.length > 0) steps.push(`remove its other secrets: ${lost.join(', ')}`);
  steps.push('deploy it');
  if (trigger === 'send-phone-message') {
    const others = bound.filter(({ id }) => id !== action?.id);
    if (others.length > 0) {
      const names = others.map(({ name }) => `"${name}"`).join(', ');
      steps.push(`unbind ${names} from the trigger: each would send the code again`);
    }
    if (action === undefined || others.length > 0 || bound.length === 0) steps.push('bind it to the trigger');
    return steps;
  }
  if (provider === undefined) steps.push('create the phone provider "custom", for text messages');
  else if (!isReady(provider)) {
    steps.push(
      `make the phone provider (${describeProvider(provider)}) "custom", enabled, for text messages`,
    );
  }
  return steps;
}

function codeSteps(action: DeployableAction, content: ActionContent): string[] {
  const { name, deployed } = action;
  const draft = draftOf(action);
  const isDraftLost = draft !== undefined && !isSameVersion(draft, content);
  const draftStep = `replace the undeployed draft of the Action "${name}"`;
  const codeStep =
    deployed !== undefined && isSameVersion(deployed, content)
      ? `keep the code of the Action "${name}"`
      : `replace the code of the Action "${name}"`;
  if (deployed === undefined && isDraftLost) return [draftStep];
  return isDraftLost ? [codeStep, draftStep] : [codeStep];
}
