import { isDeepStrictEqual } from 'node:util';
import {
  type ActionApis,
  type ActionState,
  areSameIds,
  isSameProvider,
  isSameVersion,
} from './action-state.ts';
import { bindStep, changeStep, deployStep } from './action-steps.ts';
import type { ActionVersion, DeployableAction } from './actions-api.ts';
import { describeProvider, methodsOf, type PhoneProvider } from './phone-providers-api.ts';
import { runSteps, type Step, type StepsEnd } from './run-steps.ts';
import { saveReplaced } from './save-replaced.ts';
import type { ActionSnapshot } from './snapshot.ts';

/** The parts of a snapshot that differ from the present state. */
export type Restoration = {
  action: { now: DeployableAction; earlier: ActionVersion & { name: string } } | undefined;
  provider: { now: PhoneProvider; earlier: PhoneProvider } | undefined;
  bindings: { id: string; name: string }[] | undefined;
};

/** The present state of what a snapshot contains. @throws {ManagementFailure} */
export async function readSavedState(
  { actions, providers }: ActionApis,
  { action, provider, bindings, trigger }: ActionSnapshot,
): Promise<ActionState> {
  return {
    action: action && (await actions.get(action.id)),
    provider: provider && (await providers.list())[0],
    bound: bindings === undefined ? [] : await actions.bound(trigger),
  };
}

/** A deleted provider is not created again, because that needs its credentials. */
export function planRestoration(
  now: ActionState,
  { action, provider, bindings }: ActionSnapshot,
): Restoration {
  const earlier = action?.deployed && {
    name: action.name,
    code: action.deployed.code,
    runtime: action.deployed.runtime,
    dependencies: action.deployed.dependencies,
  };
  const earlierProvider = provider && {
    id: now.provider?.id ?? provider.id,
    name: provider.name,
    isDisabled: provider.disabled,
    configuration: provider.configuration,
    deliveryMethods: methodsOf(provider.configuration),
  };
  return {
    action:
      now.action !== undefined && earlier !== undefined && !runsAsSaved(now.action, earlier)
        ? { now: now.action, earlier }
        : undefined,
    provider:
      now.provider !== undefined &&
      earlierProvider !== undefined &&
      !isDeepStrictEqual(now.provider, earlierProvider)
        ? { now: now.provider, earlier: earlierProvider }
        : undefined,
    bindings: bindings !== undefined && !areSameIds(now.bound, bindings) ? bindings : undefined,
  };
}

function runsAsSaved(action: DeployableAction, earlier: ActionVersion & { name: string }): boolean {
  const { deployed, name } = action;
  return (
    name === earlier.name &&
    deployed !== undefined &&
    isSameVersion(deployed, earlier) &&
    isSameVersion(action, earlier)
  );
}

/** For people. */
export function restorationSteps(
  { action, provider, bindings }: Restoration,
  { savedAt, trigger }: ActionSnapshot,
): string[] {
  return [
    ...(provider === undefined
      ? []
      : [
          `change the phone provider (now ${describeProvider(provider.now)}) back to ${describeProvider(provider.earlier)}`,
        ]),
    ...(action === undefined
      ? []
      : [
          `restore the code of the Action "${action.now.name}" of ${savedAt} (${action.earlier.code.length} characters) and deploy it; its secrets stay as they are now: ${action.now.secretNames.join(', ') || 'none'}`,
        ]),
    ...(bindings === undefined
      ? []
      : [
          `bind ${bindings.map(({ name }) => `"${name}"`).join(', ') || 'nothing'} to the trigger ${trigger} again`,
        ]),
  ];
}

type Options = ActionApis & {
  restoration: Restoration;
  now: ActionState;
  snapshot: ActionSnapshot;
  snapshotFolder: string;
  clock: () => number;
};

/**
 * Restores what was saved, and saves the present state. The provider comes first: if Auth0 refuses it without its
 * credentials, the present Action keeps working.
 */
export async function restoreState({
  actions,
  providers,
  restoration,
  now,
  snapshot,
  snapshotFolder,
  clock,
}: Options): Promise<StepsEnd & { savedTo: string | undefined }> {
  const { action, provider, bindings } = restoration;
  const { domain, trigger } = snapshot;
  const savedTo = await saveReplaced({
    before: now,
    replacement: {
      action: action?.earlier,
      isProviderReplaced: provider !== undefined,
      bound: bindings,
    },
    trigger,
    domain,
    snapshotFolder,
    now: clock,
  });
  const steps: Step[] = [];
  if (provider !== undefined) {
    const read = async () => (await providers.list())[0];
    steps.push({
      done: 'the phone provider is restored',
      run: async () => {
        if (!isSameProvider(await read(), provider.now)) return 'the phone provider';
        await providers.putBack(provider.earlier);
        return undefined;
      },
      isDone: async () => isSameProvider(await read(), provider.earlier),
    });
  }
  if (action !== undefined) {
    const { name, code, runtime, dependencies } = action.earlier;
    const change = { name, code, dependencies, ...(runtime !== undefined && { runtime }) };
    const wanted = { code, earlierVersionId: action.now.deployed?.id };
    steps.push(
      changeStep(actions, { before: action.now, change, done: `the Action "${name}" has its earlier code` }),
      deployStep(actions, { id: () => action.now.id, wanted, done: `the Action "${name}" runs it` }),
    );
  }
  if (bindings !== undefined) {
    const ids = bindings.map(({ id }) => id);
    steps.push(
      bindStep(actions, {
        trigger,
        before: now.bound,
        ids: () => ids,
        done: 'the bindings of the trigger are restored',
      }),
    );
  }
  return { ...(await runSteps(steps)), savedTo };
}
