import { type Answer, hasScope, notFound, Refusal, requireScope } from './answer.ts';
import type { Call, Json, StoredAction, StoredTenant } from './stored-tenant.ts';

/** /actions/actions, /actions/actions/{id} and /actions/actions/{id}/deploy */
export function answerActions(tenant: StoredTenant, call: Call, [id, verb]: string[]): Answer {
  const { method, body } = call;
  if (method === 'GET') requireScope(tenant, 'read:actions');
  if (id === undefined) return method === 'GET' ? listActions(tenant, call) : createAction(tenant, body);
  const action = tenant.actions.find((one) => one.id === id);
  if (action === undefined) throw notFound();
  if (verb === 'deploy') return deployAction(tenant, action);
  if (method === 'PATCH') {
    requireScope(tenant, 'update:actions');
    Object.assign(action, body, {
      is_changed: true,
      status: 'pending',
      updated_at: new Date().toISOString(),
    });
    return { status: 200, body: shown(action) };
  }
  const answer = { status: 200, body: shown(action) };
  // The next GET finds it built.
  if (action.status === 'pending') action.status = 'built';
  return answer;
}

function listActions({ actions, state }: StoredTenant, { query }: Call): Answer {
  const search = new URLSearchParams(query);
  const trigger = search.get('triggerId');
  const matching = actions.filter(
    ({ supported_triggers: [first] }) => trigger === null || first?.id === trigger,
  );
  const page = Number(search.get('page') ?? 0);
  const size = Math.min(state.pageSize, Number(search.get('per_page') ?? 20));
  return {
    status: 200,
    body: {
      actions: matching.slice(page * size, (page + 1) * size).map(shown),
      page,
      per_page: size,
      total: matching.length,
    },
  };
}

function createAction(tenant: StoredTenant, body: Partial<StoredAction>): Answer {
  requireScope(tenant, 'create:actions');
  const [trigger] = body.supported_triggers ?? [];
  const isTaken = tenant.actions.some(({ supported_triggers: [first] }) => first?.id === trigger?.id);
  if (trigger?.id === 'custom-phone-provider' && isTaken) {
    throw new Refusal(403, 'Only one custom phone provider action is allowed', {
      errorCode: 'actions_cardinality_custom_phone_provider_not_allowed',
    });
  }
  const action: StoredAction = {
    id: `act_${tenant.actions.length + 1}`,
    name: body.name ?? '',
    supported_triggers: body.supported_triggers ?? [],
    code: body.code ?? '',
    runtime: body.runtime ?? '',
    dependencies: body.dependencies ?? [],
    secrets: body.secrets ?? [],
    status: 'pending',
    updated_at: new Date().toISOString(),
  };
  tenant.actions.push(action);
  return { status: 201, body: shown(action) };
}

function deployAction(tenant: StoredTenant, action: StoredAction): Answer {
  if (!hasScope(tenant, 'update:actions')) requireScope(tenant, 'create:actions');
  if (action.status !== 'built') throw new Refusal(400, 'The action is not built yet');
  const { code, runtime, dependencies, secrets } = action;
  const number = (action.deployed?.number ?? 0) + 1;
  action.is_changed = false;
  action.deployed_code = code;
  action.deployed = { number, runtime, dependencies, secrets };
  return { status: 202, body: { id: `version-${number}-of-${action.id}`, deployed: true } };
}

function shown({ secrets, deployed_code, deployed, is_changed, ...action }: StoredAction): Json {
  return {
    ...action,
    secrets: secrets.map(({ name }) => ({ name, updated_at: action.updated_at })),
    all_changes_deployed: deployed_code === action.code && is_changed !== true,
    ...(deployed_code !== undefined && {
      deployed_version: {
        id: `version-${deployed?.number ?? 0}-of-${action.id}`,
        code: deployed_code,
        runtime: deployed?.runtime ?? action.runtime,
        dependencies: deployed?.dependencies ?? action.dependencies,
      },
    }),
  };
}

/** /actions/triggers/{trigger}/bindings */
export function answerBindings(tenant: StoredTenant, { method, body }: Call, trigger = ''): Answer {
  requireScope(tenant, method === 'PATCH' ? 'update:actions' : 'read:actions');
  if (method === 'PATCH') {
    const refs = body['bindings'] as { ref: { type: string; value: string } }[];
    tenant.bindings.set(
      trigger,
      refs.map(({ ref }) => ref.value),
    );
  }
  const bindings = (tenant.bindings.get(trigger) ?? []).map((id) => {
    const name = tenant.actions.find((action) => action.id === id)?.name;
    return { id: `binding-${id}`, display_name: name, action: { id, name } };
  });
  return { status: 200, body: { bindings, page: 0, per_page: 50, total: bindings.length } };
}
