import { setTimeout as delay } from 'node:timers/promises';
import type { ManagementClient } from 'auth0';
import { createCall } from './management.ts';
import { ManagementFailure } from './management-failure.ts';

export const ACTION_TRIGGERS = {
  'custom-phone-provider': { version: 'v1' },
  'send-phone-message': { version: 'v2' },
} as const;
export type ActionTrigger = keyof typeof ACTION_TRIGGERS;

export type DeployableAction = {
  id: string;
  name: string;
  code: string;
  runtime: string | undefined;
  dependencies: { name: string; version: string }[];
  /** Values cannot be read. */
  secretNames: string[];
  status: string;
  isDeployed: boolean;
  /** Changed since: what runs is not what can be read. */
  hasUndeployedChanges: boolean;
  updatedAt: string | undefined;
};

export type ActionContent = {
  name: string;
  code: string;
  runtime: string;
  dependencies: { name: string; version: string }[];
  /** All of them, or undefined to leave them as they are. */
  secrets?: { name: string; value: string }[];
};

/** The calls of the Management API that concern the Actions which carry codes. @throws {ManagementFailure} */
export type ActionsApi = {
  list(trigger: ActionTrigger): Promise<DeployableAction[]>;
  get(id: string): Promise<DeployableAction>;
  create(trigger: ActionTrigger, content: ActionContent): Promise<string>;
  update(id: string, content: ActionContent): Promise<void>;
  /** Resolves once Auth0 has built it, without which it cannot be deployed. */
  untilBuilt(id: string): Promise<void>;
  deploy(id: string): Promise<void>;
  /** Ids of the Actions that run at the trigger, in order. */
  bound(trigger: ActionTrigger): Promise<string[]>;
  bind(trigger: ActionTrigger, actionIds: string[]): Promise<void>;
};

export const ACTION_SCOPES = ['read:actions', 'create:actions', 'update:actions'] as const;

const BUILD_POLL_MS = 500;
const BUILD_TIMEOUT_MS = 60_000;
const ONCE = { maxRetries: 0 };

export function createActionsApi(client: ManagementClient, { now }: { now: () => number }): ActionsApi {
  const call = createCall({ scopes: ACTION_SCOPES, now });
  const get = (id: string) =>
    call('read the Action', async () => toAction((await client.actions.get(id)) ?? {}));

  return {
    list: (triggerId) =>
      call('read the Actions', async () => {
        const actions: DeployableAction[] = [];
        for await (const one of await client.actions.list({ triggerId, per_page: 50 })) {
          actions.push(toAction(one));
        }
        return actions;
      }),
    get,
    create: (trigger, content) =>
      call('create the Action', async () => {
        const supported_triggers = [{ id: trigger, version: ACTION_TRIGGERS[trigger].version }];
        const created = await client.actions.create(
          { ...content, dependencies: [], supported_triggers },
          ONCE,
        );
        return created.id ?? '';
      }),
    update: (id, content) =>
      call('change the Action', async () => {
        await client.actions.update(id, content, ONCE);
      }),
    untilBuilt: async (id) => {
      for (const deadline = now() + BUILD_TIMEOUT_MS; ; await delay(BUILD_POLL_MS)) {
        const { status } = await get(id);
        if (status === 'built') return;
        if (status === 'failed') {
          throw new ManagementFailure(
            'refused',
            'Auth0 could not build the Action; its page in the dashboard says why.',
          );
        }
        if (now() > deadline) {
          throw new ManagementFailure(
            'unclear',
            `Auth0 has not built the Action within ${BUILD_TIMEOUT_MS / 1000} s.`,
          );
        }
      }
    },
    deploy: (id) =>
      call('deploy the Action', async () => {
        await client.actions.deploy(id, ONCE);
      }),
    bound: (trigger) =>
      call('read what runs at the trigger', async () => {
        const ids: string[] = [];
        for await (const { action } of await client.actions.triggers.bindings.list(trigger, {
          per_page: 50,
        })) {
          if (action?.id !== undefined) ids.push(action.id);
        }
        return ids;
      }),
    bind: (trigger, actionIds) =>
      call('bind the Action to its trigger', async () => {
        const bindings = actionIds.map((value) => ({ ref: { type: 'action_id' as const, value } }));
        await client.actions.triggers.bindings.updateMany(trigger, { bindings }, ONCE);
      }),
  };
}

type RawAction = {
  id?: string | undefined;
  name?: string | undefined;
  code?: string | undefined;
  runtime?: string | undefined;
  dependencies?: { name?: string | undefined; version?: string | undefined }[] | undefined;
  secrets?: { name?: string | undefined }[] | undefined;
  status?: string | undefined;
  deployed_version?: unknown;
  all_changes_deployed?: boolean | undefined;
  updated_at?: string | undefined;
};

function toAction(raw: RawAction): DeployableAction {
  return {
    id: raw.id ?? '',
    name: raw.name ?? '',
    code: raw.code ?? '',
    runtime: raw.runtime,
    dependencies: (raw.dependencies ?? []).map(({ name = '', version = '' }) => ({ name, version })),
    secretNames: (raw.secrets ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
    status: raw.status ?? '',
    isDeployed: raw.deployed_version !== undefined && raw.deployed_version !== null,
    hasUndeployedChanges: raw.all_changes_deployed === false,
    updatedAt: raw.updated_at,
  };
}
