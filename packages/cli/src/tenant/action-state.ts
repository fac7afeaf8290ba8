import { isDeepStrictEqual } from 'node:util';
import type {
  ActionsApi,
  ActionTrigger,
  ActionVersion,
  BoundAction,
  DeployableAction,
} from './actions-api.ts';
import type { PhoneProvider, PhoneProvidersApi } from './phone-providers-api.ts';

/** What there is at a tenant that an Action would change. */
export type ActionState = {
  action: DeployableAction | undefined;
  /** Of the trigger custom-phone-provider only. */
  provider: PhoneProvider | undefined;
  /** Of the trigger send-phone-message only, whose Actions the tenant binds itself. */
  bound: BoundAction[];
};

export type FoundState = { kind: 'found'; state: ActionState } | { kind: 'several'; names: string[] };

export type ActionApis = { actions: ActionsApi; providers: PhoneProvidersApi };

/** A tenant may have one Action for its custom phone provider, and any number for MFA: there ours is told by its name. */
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

/** Whether an Action is as it was; secrets are compared by the time of the last change. */
export function isSameAction(one: DeployableAction, other: DeployableAction): boolean {
  return one.updatedAt === other.updatedAt && one.code === other.code;
}

/** A runtime that one of them does not tell is no difference. */
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
