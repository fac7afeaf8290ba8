import {
  type ActionApis,
  type ActionState,
  areSameIds,
  isSameAction,
  isSameProvider,
  readActionState,
} from './action-state.ts';
import { bindStep, changeStep, deployStep, describeBound } from './action-steps.ts';
import type { ActionContent, ActionTrigger } from './actions-api.ts';
import { ManagementFailure } from './management-failure.ts';
import {
  describeProvider,
  isReady,
  type PhoneProvider,
  type PhoneProvidersApi,
} from './phone-providers-api.ts';
import { runSteps, type Step, type StepsEnd } from './run-steps.ts';
import { saveReplaced } from './save-replaced.ts';

export type Deployment = StepsEnd & { providerId: string | undefined; savedTo: string | undefined };

type Options = ActionApis & {
  trigger: ActionTrigger;
  content: ActionContent;
  before: ActionState;
  domain: string;
  snapshotFolder: string;
  now: () => number;
};

/**
 * Saves the previous settings, then writes the Action, deploys it, and sets the provider. Auth0 refuses a custom provider
 * without a deployed Action (https://auth0.com/docs/customize/phone-messages/configure-phone-messaging-providers). The
 * Management API has no conditional writes, so each step first checks that nobody else has changed anything.
 * @throws {ManagementFailure} if nothing was written yet.
 */
export async function deployAction(options: Options): Promise<Deployment> {
  const { actions, providers, trigger, content, before } = options;
  const what = await changedSince(options);
  if (what !== undefined) {
    return { kind: 'changed_by_others', what, done: [], providerId: undefined, savedTo: undefined };
  }
  const savedTo = await saveReplaced({
    ...options,
    replacement: {
      action: content,
      isProviderReplaced: before.provider !== undefined && !isReady(before.provider),
      bound: trigger === 'send-phone-message' ? [{ id: before.action?.id ?? '' }] : undefined,
    },
  });

  let actionId = before.action?.id ?? '';
  let providerId: string | undefined;
  const wanted = { code: content.code, earlierVersionId: before.action?.deployed?.id };
  const done = 'the Action is saved at Auth0';
  const create: Step = {
    done,
    run: async () => {
      actionId = await actions.create(trigger, content);
      return undefined;
    },
    isDone: async () => (await actions.list(trigger)).some(({ name }) => name === content.name),
  };
  const save =
    before.action === undefined
      ? create
      : changeStep(actions, { before: before.action, change: content, done });
  const deploy = deployStep(actions, { id: () => actionId, wanted, done: 'the Action is deployed' });
  const bind = bindStep(actions, {
    trigger,
    before: before.bound,
    ids: () => [actionId],
    done: 'the Action is bound to its trigger',
  });
  const provide: Step = {
    done: 'the phone provider passes its messages to the Action',
    run: async () => {
      const provided = await ensureProvider(providers, before.provider);
      if (provided.kind === 'changed_by_others') return provided.what;
      providerId = provided.id;
      return undefined;
    },
    isDone: async () => (await providers.list()).some(isReady),
  };
  const end = await runSteps([save, deploy, trigger === 'send-phone-message' ? bind : provide]);
  return { ...end, providerId, savedTo };
}

/** What has changed since the plan was shown. */
async function changedSince({ before, trigger, content, ...apis }: Options): Promise<string | undefined> {
  const found = await readActionState(apis, trigger, content.name);
  if (found.kind === 'several') return 'there are several Actions now';
  const { action, provider, bound } = found.state;
  const isSame =
    action === undefined || before.action === undefined
      ? action === before.action
      : action.id === before.action.id && isSameAction(action, before.action);
  if (!isSame) return `the Action${action === undefined ? '' : ` "${action.name}"`}`;
  if (!isSameProvider(provider, before.provider)) return describeNow(provider);
  return areSameIds(bound, before.bound) ? undefined : describeBound(trigger, bound);
}

type Provided = { kind: 'ready'; id: string } | { kind: 'changed_by_others'; what: string };

async function ensureProvider(
  providers: PhoneProvidersApi,
  before: PhoneProvider | undefined,
): Promise<Provided> {
  const [current] = await providers.list();
  if (current !== undefined && isReady(current)) return { kind: 'ready', id: current.id };
  if (!isSameProvider(current, before)) return { kind: 'changed_by_others', what: describeNow(current) };
  if (current !== undefined) {
    await providers.makeCustom(current.id);
    return { kind: 'ready', id: current.id };
  }
  try {
    return { kind: 'ready', id: await providers.createCustom() };
  } catch (error) {
    if (!(error instanceof ManagementFailure) || error.kind !== 'conflict') throw error;
    const [other] = await providers.list();
    if (other === undefined) {
      throw new ManagementFailure(
        'refused',
        `${error.message} But Auth0 lists no phone provider: see Branding > Phone Provider in its dashboard.`,
        error.code,
      );
    }
    return isReady(other)
      ? { kind: 'ready', id: other.id }
      : { kind: 'changed_by_others', what: describeNow(other) };
  }
}

function describeNow(provider: PhoneProvider | undefined): string {
  return `the phone provider (now ${provider === undefined ? 'none' : describeProvider(provider)})`;
}
