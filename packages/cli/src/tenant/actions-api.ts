import type { ManagementClient } from 'auth0';
import { createCall } from './management.ts';
import { ManagementFailure } from './management-failure.ts';
import { poll } from './poll.ts';

export const ACTION_TRIGGERS = {
  'custom-phone-provider': { version: 'v1' },
  'send-phone-message': { version: 'v2' },
} as const;
export type ActionTrigger = keyof typeof ACTION_TRIGGERS;

export type ActionVersion = {
  code: string;
  runtime: string | undefined;
  dependencies: { name: string; version: string }[];
};

/** Code, runtime and dependencies are those of the draft: what was last saved, deployed or not. */
export type DeployableAction = ActionVersion & {
  id: string;
  name: string;
  /** Each Action has one trigger. */
  trigger: string;
  /** The values cannot be read. */
  secretNames: string[];
  status: string;
  /** What runs. Undefined if nothing was deployed yet. */
  deployed: (ActionVersion & { id: string }) | undefined;
  /** Whether anything changed since the deployment, secrets included. */
  hasUndeployedChanges: boolean;
  updatedAt: string | undefined;
};

export type ActionContent = {
  name: string;
  code: string;
  runtime: string;
  dependencies: { name: string; version: string }[];
  secrets: ActionSecret[];
};

export type ActionSecret = { name: string; value: string };
export type BoundAction = { id: string; name: string };

/** The calls of the Management API for the Actions that send codes. @throws {ManagementFailure} */
export type ActionsApi = {
  /** Of one trigger, or of all. */
  list(trigger?: ActionTrigger): Promise<DeployableAction[]>;
  get(id: string): Promise<DeployableAction>;
  create(trigger: ActionTrigger, content: ActionContent): Promise<string>;
  /** Fields that are left out stay unchanged; secrets replace all existing ones. */
  update(id: string, change: Partial<ActionContent>): Promise<void>;
  /** Resolves once Auth0 has built it; only then can it be deployed. */
  untilBuilt(id: string): Promise<void>;
  /** Deploys it, and resolves once the wanted version runs. Auth0 answers earlier (202). */
  deploy(id: string, wanted: WantedVersion): Promise<void>;
  /** The Actions that run at the trigger, in order. */
  bound(trigger: ActionTrigger): Promise<BoundAction[]>;
  bind(trigger: ActionTrigger, actionIds: string[]): Promise<void>;
};

export const ACTION_SCOPES = ['read:actions', 'create:actions', 'update:actions'] as const;

const PATIENCE = { everyMs: 500, timeoutMs: 60_000 };
const ONCE = { maxRetries: 0 };

export function createActionsApi(client: ManagementClient, { now }: { now: () => number }): ActionsApi {
  const call = createCall({ scopes: ACTION_SCOPES, now });
  const get = (id: string) =>
    call('read the Action', async () => toAction((await client.actions.get(id)) ?? {}));

  return {
    list: (triggerId) =>
      call('read the Actions', async () => {
        const actions: DeployableAction[] = [];
        const wanted = { ...(triggerId !== undefined && { triggerId }), per_page: 50 };
        for await (const one of await client.actions.list(wanted)) {
          // A list may leave out the secrets, which decide whether an old secret may be removed.
          actions.push(one.secrets === undefined ? await get(one.id ?? '') : toAction(one));
        }
        return actions;
      }),
    get,
    create: (trigger, content) =>
      call(
        'create the Action',
        async () => {
          const supported_triggers = [{ id: trigger, version: ACTION_TRIGGERS[trigger].version }];
          const created = await client.actions.create(
            { ...content, dependencies: [], supported_triggers },
            ONCE,
          );
          return created.id ?? '';
        },
        content.secrets.map(({ value }) => value),
      ),
    update: (id, change) =>
      call(
        'change the Action',
        async () => {
          await client.actions.update(id, change, ONCE);
        },
        change.secrets?.map(({ value }) => value),
      ),
    untilBuilt: async (id) => {
      const isBuilt = await poll({ ...PATIENCE, now }, async () => {
        const { status } = await get(id);
        if (status === 'failed') {
          throw new ManagementFailure(
            'refused',
            'Auth0 could not build the Action; its page in the dashboard says why. The previous version still runs.',
          );
        }
        return status === 'built';
      });
      if (!isBuilt) throw tooSlow('did not build the Action');
    },
    deploy: async (id, wanted) => {
      await call('deploy the Action', () => client.actions.deploy(id, ONCE));
      const isRunning = await poll({ ...PATIENCE, now }, async () => runs(await get(id), wanted));
      if (!isRunning) throw tooSlow('accepted the deployment, but did not run the new version of the Action');
    },
    bound: (trigger) =>
      call('read what runs at the trigger', async () => {
        const found: BoundAction[] = [];
        for await (const { action } of await client.actions.triggers.bindings.list(trigger, {
          per_page: 50,
        })) {
          if (action?.id !== undefined) found.push({ id: action.id, name: action.name ?? action.id });
        }
        return found;
      }),
    bind: (trigger, actionIds) =>
      call('bind the Action to its trigger', async () => {
        const bindings = actionIds.map((value) => ({ ref: { type: 'action_id' as const, value } }));
        await client.actions.triggers.bindings.updateMany(trigger, { bindings }, ONCE);
      }),
  };
}

/** Each deployment has a new id, which distinguishes it from one that differs only in secrets. */
export type WantedVersion = { code: string; earlierVersionId: string | undefined };

export function runs(
  { deployed, hasUndeployedChanges }: DeployableAction,
  { code, earlierVersionId }: WantedVersion,
): boolean {
  return deployed?.code === code && deployed.id !== earlierVersionId && !hasUndeployedChanges;
}

function tooSlow(what: string): ManagementFailure {
  return new ManagementFailure('unclear', `Auth0 ${what} within ${PATIENCE.timeoutMs / 1000} s.`);
}

type RawVersion = {
  id?: string | undefined;
  code?: string | undefined;
  runtime?: string | undefined;
  dependencies?: { name?: string | undefined; version?: string | undefined }[] | undefined;
};

type RawAction = RawVersion & {
  name?: string | undefined;
  supported_triggers?: { id: string }[] | undefined;
  secrets?: { name?: string | undefined }[] | undefined;
  status?: string | undefined;
  deployed_version?: RawVersion | null | undefined;
  all_changes_deployed?: boolean | undefined;
  updated_at?: string | undefined;
};

function toAction(raw: RawAction): DeployableAction {
  const { deployed_version: deployed } = raw;
  return {
    ...toVersion(raw),
    id: raw.id ?? '',
    name: raw.name ?? '',
    trigger: raw.supported_triggers?.[0]?.id ?? '',
    secretNames: (raw.secrets ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
    status: raw.status ?? '',
    deployed: deployed ? { ...toVersion(deployed), id: deployed.id ?? '' } : undefined,
    hasUndeployedChanges: raw.all_changes_deployed === false,
    updatedAt: raw.updated_at,
  };
}

function toVersion({ code, runtime, dependencies }: RawVersion): ActionVersion {
  return {
    code: code ?? '',
    runtime,
    dependencies: (dependencies ?? []).map(({ name = '', version = '' }) => ({ name, version })),
  };
}
