import { areSameIds, isSameAction } from './action-state.ts';
import {
  type ActionContent,
  type ActionsApi,
  type ActionTrigger,
  type BoundAction,
  type DeployableAction,
  runs,
  type WantedVersion,
} from './actions-api.ts';
import type { Step } from './run-steps.ts';

type Change = { before: DeployableAction; change: Partial<ActionContent>; done: string };

/** Changes an Action, if nobody else has changed it, without deploying it. */
export function changeStep(actions: ActionsApi, { before, change, done }: Change): Step {
  const isAsBefore = async () => isSameAction(await actions.get(before.id), before);
  return {
    done,
    run: async () => {
      if (!(await isAsBefore())) return `the Action "${before.name}"`;
      await actions.update(before.id, change);
      return undefined;
    },
    isDone: async () => !(await isAsBefore()),
  };
}

/** `id` is called when the step runs: an earlier step may create the Action. */
type Deploy = { id: () => string; wanted: WantedVersion; done: string };

/** Waits until the Action is built, and until it runs. */
export function deployStep(actions: ActionsApi, { id, wanted, done }: Deploy): Step {
  return {
    done,
    run: async () => {
      await actions.untilBuilt(id());
      await actions.deploy(id(), wanted);
      return undefined;
    },
    isDone: async () => runs(await actions.get(id()), wanted),
  };
}

type Bind = { trigger: ActionTrigger; before: BoundAction[]; ids: () => string[]; done: string };

/** Binds exactly these Actions to a trigger, if nobody else has changed its bindings. */
export function bindStep(actions: ActionsApi, { trigger, before, ids, done }: Bind): Step {
  const isBound = (bound: BoundAction[]) =>
    areSameIds(
      bound,
      ids().map((id) => ({ id })),
    );
  return {
    done,
    run: async () => {
      const bound = await actions.bound(trigger);
      if (!areSameIds(bound, before)) return describeBound(trigger, bound);
      if (!isBound(bound)) await actions.bind(trigger, ids());
      return undefined;
    },
    isDone: async () => isBound(await actions.bound(trigger)),
  };
}

/** For people. */
export function describeBound(trigger: ActionTrigger, bound: BoundAction[]): string {
  const names = bound.map(({ name }) => `"${name}"`).join(', ') || 'nothing';
  return `what runs at the trigger ${trigger} (now ${names})`;
}
