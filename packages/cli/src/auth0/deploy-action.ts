import type { ActionContent, ActionsApi, ActionTrigger, DeployableAction } from './actions-api.ts';
import { ManagementFailure } from './management-failure.ts';
import type { PhoneProvider, PhoneProvidersApi } from './phone-providers-api.ts';
import { saveSnapshot } from './snapshot.ts';

/** What there is at a tenant that an Action would change. */
export type ActionState = {
  action: DeployableAction | undefined;
  /** Of the trigger custom-phone-provider only. */
  provider: PhoneProvider | undefined;
  /** Of the trigger send-phone-message only, whose Actions the tenant binds itself. */
  bound: string[];
};

export type FoundState = { kind: 'found'; state: ActionState } | { kind: 'several'; names: string[] };

type Apis = { actions: ActionsApi; providers: PhoneProvidersApi };

/** A tenant may have one Action for its custom phone provider, and any number for MFA: there ours is told by its name. */
export async function readActionState(
  { actions, providers }: Apis,
  trigger: ActionTrigger,
  name: string,
): Promise<FoundState> {
  const all = await actions.list(trigger);
  if (trigger === 'send-phone-message') {
    const listed = all.find((action) => action.name === name);
    const action = listed && (await actions.get(listed.id));
    return { kind: 'found', state: { action, provider: undefined, bound: await actions.bound(trigger) } };
  }
  // Older tenants may still have several, of which one is deployed.
  const candidates = all.length > 1 ? all.filter(({ isDeployed }) => isDeployed) : all;
  if (candidates.length > 1) return { kind: 'several', names: candidates.map((action) => action.name) };
  const [listed] = candidates;
  const action = listed && (await actions.get(listed.id));
  const [provider] = await providers.list();
  return { kind: 'found', state: { action, provider, bound: [] } };
}

/** The steps of a deployment, in order, for people. */
export function plannedSteps(
  { action, provider, bound }: ActionState,
  content: ActionContent,
  trigger: ActionTrigger,
): string[] {
  const secrets = (content.secrets ?? []).map(({ name }) => name);
  const lost = (action?.secretNames ?? []).filter((name) => !secrets.includes(name));
  const steps =
    action === undefined
      ? [`create the Action "${content.name}" (trigger ${trigger}, ${content.runtime})`]
      : [
          ...(action.name === content.name
            ? []
            : [`rename the Action "${action.name}" to "${content.name}"`]),
          action.code === content.code
            ? `leave the code of the Action "${action.name}" as it is`
            : `replace the code of the Action "${action.name}"`,
        ];
  steps.push(`set its secrets: ${secrets.join(', ')}`);
  if (lost.length > 0) steps.push(`drop its other secrets: ${lost.join(', ')}`);
  steps.push('deploy it');
  if (trigger === 'send-phone-message') {
    const others = bound.filter((id) => id !== action?.id);
    if (others.length > 0)
      steps.push(`take ${others.length} other Action(s) off the trigger: each would send the code again`);
    if (action === undefined || others.length > 0 || bound.length === 0) steps.push('bind it to the trigger');
    return steps;
  }
  if (provider === undefined) steps.push('create the phone provider "custom", for text messages');
  else if (!isReady(provider)) {
    const now = `${provider.name}${provider.isDisabled ? ', disabled' : ''}, ${provider.deliveryMethods.join(' and ') || 'no method'}`;
    steps.push(`make the phone provider (${now}) "custom", enabled, for text messages`);
  }
  return steps;
}

function isReady({ name, isDisabled, deliveryMethods }: PhoneProvider): boolean {
  return name === 'custom' && !isDisabled && deliveryMethods.join() === 'text';
}

export type Deployment =
  | { kind: 'deployed'; actionId: string; providerId: string | undefined; savedTo: string | undefined }
  | { kind: 'changed_by_others' }
  /** `done` are the steps that are in effect. */
  | { kind: 'stopped'; failure: ManagementFailure; done: string[]; savedTo: string | undefined };

type Options = Apis & {
  trigger: ActionTrigger;
  content: ActionContent;
  before: ActionState;
  domain: string;
  snapshotFolder: string;
  now: () => number;
};

/**
 * Saves what was there, then Action, deployment, provider: in this order, since a custom provider without a deployed
 * Action is refused (https://auth0.com/docs/customize/phone-messages/configure-phone-messaging-providers).
 */
export async function deployAction(options: Options): Promise<Deployment> {
  const { actions, providers, trigger, content, before, domain, snapshotFolder, now } = options;
  const { action } = before;
  if (action !== undefined) {
    const current = await actions.get(action.id);
    if (current.updatedAt !== action.updatedAt || current.code !== action.code)
      return { kind: 'changed_by_others' };
  }
  const savedTo =
    action === undefined
      ? undefined
      : await saveSnapshot(snapshotFolder, {
          kind: 'action',
          domain,
          savedAt: new Date(now()).toISOString(),
          trigger,
          id: action.id,
          name: action.name,
          code: action.code,
          ...(action.runtime !== undefined && { runtime: action.runtime }),
          dependencies: action.dependencies,
        });
  const done: string[] = [];
  try {
    const actionId = action?.id ?? (await actions.create(trigger, content));
    if (action !== undefined) await actions.update(actionId, content);
    done.push('the Action is saved at Auth0');
    await actions.untilBuilt(actionId);
    await actions.deploy(actionId);
    done.push('the Action is deployed');
    if (trigger === 'send-phone-message') {
      if (before.bound.join() !== actionId) await actions.bind(trigger, [actionId]);
      return { kind: 'deployed', actionId, providerId: undefined, savedTo };
    }
    return {
      kind: 'deployed',
      actionId,
      providerId: await ensureProvider(providers, before.provider),
      savedTo,
    };
  } catch (failure) {
    if (!(failure instanceof ManagementFailure)) throw failure;
    return { kind: 'stopped', failure, done, savedTo };
  }
}

async function ensureProvider(
  providers: PhoneProvidersApi,
  provider: PhoneProvider | undefined,
): Promise<string> {
  if (provider === undefined) return providers.createCustom();
  if (!isReady(provider)) await providers.makeCustom(provider.id);
  return provider.id;
}
