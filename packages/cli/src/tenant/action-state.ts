import { isDeepStrictEqual } from 'node:util';
import type {
  ActionsApi,
  ActionTrigger,
  ActionVersion,
  BoundAction,
  DeployableAction,
} from './actions-api.ts';
import type { PhoneProvider, PhoneProvidersApi } from './phone-providers-api.ts';

/** The settings of a tenant that deploying an Action changes. */
export type ActionState = {
  action: DeployableAction | undefined;
  /** Only for the trigger custom-phone-provider. */
  provider: PhoneProvider | undefined;
  /** Only for the trigger send-phone-message, whose Actions need a binding. */
  bound: BoundAction[];
};

export type FoundState = { kind: 'found'; state: ActionState } | { kind: 'several'; names: string[] };

export type ActionApis = { actions: ActionsApi; providers: PhoneProvidersApi };

/** A tenant has one Action for its custom phone provider, but any number for MFA, where `name` identifies ours. */
export async function readActionState(
  { actions, providers }: ActionApis,
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
  const running = all.filter(({ deployed }) => deployed !== undefined);
  const candidates = running.length === 1 ? running : all;
  if (candidates.length > 1) return { kind: 'several', names: candidates.map((action) => action.name) };
  const [listed] = candidates;
  const action = listed && (await actions.get(listed.id));
  const [provider] = await providers.list();
  return { kind: 'found', state: { action, provider, bound: [] } };
}

/** Whether an Action is unchanged; the time of the last change also covers its secrets. */
export function isSameAction(one: DeployableAction, other: DeployableAction): boolean {
  return one.updatedAt === other.updatedAt && one.code === other.code;
}

/** A runtime that is missing in one of them is not a difference. */
export function isSameVersion(one: ActionVersion, other: ActionVersion): boolean {
  return (
    one.code === other.code &&
    (one.runtime ?? other.runtime) === (other.runtime ?? one.runtime) &&
    isDeepStrictEqual(one.dependencies, other.dependencies)
  );
}

/** A draft that differs from what runs in more than secrets. */
export function draftOf(action: DeployableAction): ActionVersion | undefined {
  const { deployed } = action;
  return deployed !== undefined && isSameVersion(action, deployed) ? undefined : versionOf(action);
}

export function versionOf({ code, runtime, dependencies }: ActionVersion): ActionVersion {
  return { code, runtime, dependencies };
}

export function isSameProvider(one: PhoneProvider | undefined, other: PhoneProvider | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

export function areSameIds(one: readonly { id: string }[], other: readonly { id: string }[]): boolean {
  return isDeepStrictEqual(
    one.map(({ id }) => id),
    other.map(({ id }) => id),
  );
}
