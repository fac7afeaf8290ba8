import { areSameIds, draftOf, isSameVersion, versionOf, type ActionState } from './action-state.ts';
import type { ActionTrigger, ActionVersion, DeployableAction } from './actions-api.ts';
import { type ActionSnapshot, saveSnapshot } from './snapshot.ts';

/** What is about to replace the present state. */
export type Replacement = {
  /** Undefined if the Action stays as it is. */
  action: (ActionVersion & { name: string }) | undefined;
  isProviderReplaced: boolean;
  /** Ids, in order. Undefined if the bindings stay as they are. */
  bound: { id: string }[] | undefined;
};

type Options = {
  before: ActionState;
  replacement: Replacement;
  trigger: ActionTrigger;
  domain: string;
  snapshotFolder: string;
  now: () => number;
};

/** Saves what a replacement would lose, and returns the path of the file; undefined if nothing would be lost. */
export async function saveReplaced({
  before,
  replacement,
  trigger,
  domain,
  snapshotFolder,
  now,
}: Options): Promise<string | undefined> {
  const { action, provider, bound } = before;
  const saved: Pick<ActionSnapshot, 'action' | 'provider' | 'bindings'> = {};
  if (action !== undefined && replacement.action !== undefined && losesWith(action, replacement.action)) {
    const draft = draftOf(action);
    saved.action = {
      id: action.id,
      name: action.name,
      ...(action.deployed !== undefined && { deployed: saveable(action.deployed) }),
      ...(draft !== undefined && { draft: saveable(draft) }),
      secretNames: action.secretNames,
    };
  }
  if (provider !== undefined && replacement.isProviderReplaced) {
    const { id, name, isDisabled: disabled, configuration } = provider;
    saved.provider = { id, name, disabled, configuration };
  }
  if (replacement.bound !== undefined && bound.length > 0 && !areSameIds(bound, replacement.bound)) {
    saved.bindings = bound;
  }
  if (Object.keys(saved).length === 0) return undefined;
  return saveSnapshot(snapshotFolder, {
    kind: 'action',
    domain,
    savedAt: new Date(now()).toISOString(),
    trigger,
    name: action?.name ?? trigger,
    ...saved,
  });
}

function losesWith(action: DeployableAction, replacement: ActionVersion & { name: string }): boolean {
  const { deployed, name } = action;
  const isLost = (version: ActionVersion) => !isSameVersion(version, replacement);
  return name !== replacement.name || isLost(action) || (deployed !== undefined && isLost(deployed));
}

type SavedVersion = NonNullable<NonNullable<ActionSnapshot['action']>['deployed']>;

function saveable(version: ActionVersion): SavedVersion {
  const { runtime, ...rest } = versionOf(version);
  return { ...rest, ...(runtime !== undefined && { runtime }) };
}
