import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { createCertificate } from './certificate.ts';

type Json = Record<string, unknown>;

/** A connection of strategy sms in the form that the live API answers with. */
export type StoredConnection = {
  id: string;
  name: string;
  display_name?: string;
  strategy: string;
  options: Json;
  [field: string]: unknown;
};

export type StoredAction = {
  id: string;
  name: string;
  supported_triggers: { id: string; version: string }[];
  code: string;
  runtime: string;
  dependencies: { name: string; version: string }[];
  secrets: { name: string; value: string }[];
  status: string;
  updated_at: string;
  /** What runs, where it was deployed: its code, and all else that `deploy` has put there. */
  deployed_code?: string;
  deployed?: Pick<StoredAction, 'runtime' | 'dependencies' | 'secrets'> & { number: number };
  /** Saved since, with other secrets or the same code. */
  is_changed?: boolean;
};

type StoredProvider = { id: string; name: string; disabled: boolean; configuration: Json; credentials: Json };

export type Call = { method: string; path: string; query: string; body: Json };

/** Answers in place of the stand-in; true where it did. */
type Intercept = (call: Call, response: ServerResponse) => boolean | Promise<boolean>;

export const CLIENT_SECRET = 'client-secret-of-the-machine-to-machine-application';
export const ALL_SCOPES = [
  'read:connections',
  'read:connections_options',
  'update:connections',
  'update:connections_options',
  'read:actions',
  'create:actions',
  'update:actions',
  'read:phone_providers',
  'create:phone_providers',
  'update:phone_providers',
];

/**
 * A stand-in of Auth0's Management API over HTTPS, with what its reference documents of the calls that concern us and
 * what recorded traffic of the live API shows: reads tell secrets of connections in clear, options are left out without
 * the scope for them, a PATCH replaces all of them and forgets a display_name that is not sent, secrets of Actions are
 * write-only, a tenant has one Action for its phone provider, and a custom provider needs it deployed.
 * (https://auth0.com/docs/api/management/v2; auth0/terraform-provider-auth0, test/data/recordings)
 */
export async function startAuth0Management({ scopes = ALL_SCOPES }: { scopes?: string[] } = {}) {
  const { cert, key } = createCertificate();
  const folder = await mkdtemp(join(tmpdir(), 'auth0-management-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert);
  // For the commands that run in this process; those that are spawned read NODE_EXTRA_CA_CERTS.
  const earlierDispatcher = getGlobalDispatcher();
  const dispatcher = new Agent({ connect: { ca: cert } });
  setGlobalDispatcher(dispatcher);

  const connections: StoredConnection[] = [];
  const actions: StoredAction[] = [];
  const providers: StoredProvider[] = [];
  const bindings = new Map<string, string[]>();
  const calls: Call[] = [];
  const tests: Json[] = [];
  const token = `token-${randomBytes(8).toString('hex')}`;
  const state = { scopes, pageSize: 50, intercept: undefined as Intercept | undefined };

  const has = (...wanted: string[]) => wanted.some((scope) => state.scopes.includes(scope));
  const forbid = (response: ServerResponse, scope: string) =>
    send(response, 403, {
      statusCode: 403,
      error: 'Forbidden',
      message: `Insufficient scope, expected any of: ${scope}`,
      errorCode: 'insufficient_scope',
    });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const raw = await text(request);
    if (url.pathname === '/oauth/token') return issueToken(new URLSearchParams(raw), response);
    const call: Call = {
      method: request.method ?? '',
      path: url.pathname.replace('/api/v2', ''),
      query: url.search,
      body: raw === '' ? {} : (JSON.parse(raw) as Json),
    };
    calls.push(call);
    if (request.headers.authorization !== `Bearer ${token}`) {
      return send(response, 401, {
        statusCode: 401,
        error: 'Unauthorized',
        message: 'Invalid token',
        attributes: { error: 'Invalid token' },
      });
    }
    if (await state.intercept?.(call, response)) return;
    const [, resource = '', ...rest] = call.path.split('/');
    if (resource === 'connections') return handleConnections(call, rest, url, response);
    if (call.path.startsWith('/actions/triggers/')) return handleBindings(call, rest[1] ?? '', response);
    if (call.path.startsWith('/actions/actions')) return handleActions(call, rest.slice(1), url, response);
    if (call.path.startsWith('/branding/phone/providers'))
      return handleProviders(call, rest.slice(2), response);
    return notFound(response);
  }

  function issueToken(form: URLSearchParams, response: ServerResponse): void {
    if (form.get('client_secret') !== CLIENT_SECRET) {
      return send(response, 401, { error: 'access_denied', error_description: 'Unauthorized' });
    }
    send(response, 200, {
      access_token: token,
      scope: state.scopes.join(' '),
      expires_in: 86_400,
      token_type: 'Bearer',
    });
  }

  const shownConnection = (connection: StoredConnection): Json => {
    const { options, ...rest } = structuredClone(connection);
    return {
      ...rest,
      enabled_clients: [],
      realms: [connection.name],
      ...(has('read:connections_options') && { options }),
    };
  };

  function handleConnections(
    { method, body }: Call,
    [id]: string[],
    url: URL,
    response: ServerResponse,
  ): void {
    if (method === 'GET' && !has('read:connections')) return forbid(response, 'read:connections');
    if (id === undefined) {
      const strategies = url.searchParams.getAll('strategy');
      const fitting = connections.filter(
        ({ strategy }) => strategies.length === 0 || strategies.includes(strategy),
      );
      const start = Number(url.searchParams.get('from') ?? 0);
      const page = fitting.slice(start, start + state.pageSize);
      const next = start + state.pageSize < fitting.length ? { next: String(start + state.pageSize) } : {};
      return send(response, 200, { connections: page.map(shownConnection), ...next });
    }
    const connection = connections.find((one) => one.id === id);
    if (connection === undefined) {
      return send(response, 404, {
        statusCode: 404,
        error: 'Not Found',
        message: 'The connection does not exist',
        errorCode: 'inexistent_connection',
      });
    }
    if (method === 'GET') return send(response, 200, shownConnection(connection));
    if (!has('update:connections')) return forbid(response, 'update:connections');
    if ('options' in body && !has('update:connections_options'))
      return forbid(response, 'update:connections_options');
    applyToConnection(connection, body);
    send(response, 200, shownConnection(connection));
  }

  async function handleActions(
    { method, body }: Call,
    [id, verb]: string[],
    url: URL,
    response: ServerResponse,
  ): Promise<void> {
    const shown = ({ secrets, deployed_code, deployed, is_changed, ...action }: StoredAction): Json => ({
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
    });
    if (method === 'GET' && !has('read:actions')) return forbid(response, 'read:actions');
    if (id === undefined && method === 'GET') {
      const trigger = url.searchParams.get('triggerId');
      const fitting = actions.filter(
        ({ supported_triggers: [first] }) => trigger === null || first?.id === trigger,
      );
      const [page, size] = [
        Number(url.searchParams.get('page') ?? 0),
        Math.min(state.pageSize, Number(url.searchParams.get('per_page') ?? 20)),
      ];
      return send(response, 200, {
        actions: fitting.slice(page * size, (page + 1) * size).map(shown),
        page,
        per_page: size,
        total: fitting.length,
      });
    }
    if (id === undefined) {
      if (!has('create:actions')) return forbid(response, 'create:actions');
      const created = { ...(body as Partial<StoredAction>) };
      const [trigger] = created.supported_triggers ?? [];
      const isTaken = actions.some(({ supported_triggers: [first] }) => first?.id === trigger?.id);
      if (trigger?.id === 'custom-phone-provider' && isTaken) {
        return send(response, 403, {
          statusCode: 403,
          error: 'Forbidden',
          message: 'Only one custom phone provider action is allowed',
          errorCode: 'actions_cardinality_custom_phone_provider_not_allowed',
        });
      }
      const action: StoredAction = {
        id: `act_${actions.length + 1}`,
        name: created.name ?? '',
        supported_triggers: created.supported_triggers ?? [],
        code: created.code ?? '',
        runtime: created.runtime ?? '',
        dependencies: created.dependencies ?? [],
        secrets: created.secrets ?? [],
        status: 'pending',
        updated_at: new Date().toISOString(),
      };
      actions.push(action);
      return send(response, 201, shown(action));
    }
    const action = actions.find((one) => one.id === id);
    if (action === undefined) return notFound(response);
    if (verb === 'deploy') {
      if (!has('update:actions', 'create:actions')) return forbid(response, 'create:actions');
      if (action.status !== 'built') {
        return send(response, 400, {
          statusCode: 400,
          error: 'Bad Request',
          message: 'The action is not built yet',
        });
      }
      const { runtime, dependencies, secrets } = action;
      const number = (action.deployed?.number ?? 0) + 1;
      Object.assign(action, { is_changed: false, deployed_code: action.code });
      action.deployed = { number, runtime, dependencies, secrets };
      return send(response, 202, { id: `version-${number}-of-${action.id}`, deployed: true });
    }
    if (method === 'PATCH') {
      if (!has('update:actions')) return forbid(response, 'update:actions');
      Object.assign(action, body, {
        is_changed: true,
        status: 'pending',
        updated_at: new Date().toISOString(),
      });
      return send(response, 200, shown(action));
    }
    // Built by the time of the second look.
    const answer = shown(action);
    if (action.status === 'pending') action.status = 'built';
    return send(response, 200, answer);
  }

  function handleBindings({ method, body }: Call, trigger: string, response: ServerResponse): void {
    if (method === 'PATCH') {
      if (!has('update:actions')) return forbid(response, 'update:actions');
      const refs = body['bindings'] as { ref: { type: string; value: string } }[];
      bindings.set(
        trigger,
        refs.map(({ ref }) => ref.value),
      );
    } else if (!has('read:actions')) return forbid(response, 'read:actions');
    const bound = (bindings.get(trigger) ?? []).map((id) => {
      const name = actions.find((action) => action.id === id)?.name;
      return { id: `binding-${id}`, display_name: name, action: { id, name } };
    });
    send(response, 200, { bindings: bound, page: 0, per_page: 50, total: bound.length });
  }

  function handleProviders({ method, body }: Call, [id, verb]: string[], response: ServerResponse): void {
    const shown = ({ credentials: _credentials, ...provider }: StoredProvider): Json => ({
      ...provider,
      tenant: 'example',
      channel: 'phone',
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    });
    const needed = method === 'GET' ? 'read' : method === 'PATCH' ? 'update' : 'create';
    // The API's own messages say phone_provider, its scopes phone_providers.
    if (!has(`${needed}:phone_providers`)) return forbid(response, `${needed}:phone_provider`);
    if (method === 'GET') return send(response, 200, { providers: providers.map(shown) });
    const provider = providers.find((one) => one.id === id);
    if (verb === 'try') {
      tests.push(body);
      return send(response, 202, { code: 202, message: 'Phone provider test sent' });
    }
    const hasAction = actions.some(
      ({ supported_triggers: [first], deployed_code }) =>
        first?.id === 'custom-phone-provider' && deployed_code !== undefined,
    );
    if (body['name'] === 'custom' && !hasAction) {
      return send(response, 400, {
        statusCode: 400,
        error: 'Bad Request',
        message: 'No deployed action for the custom provider',
        errorCode: 'custom_email_provider_deployed_action_not_found',
      });
    }
    if (method === 'PATCH') {
      if (provider === undefined) return notFound(response);
      Object.assign(provider, body);
      return send(response, 200, shown(provider));
    }
    if (providers.length > 0) {
      return send(response, 409, {
        statusCode: 409,
        error: 'Conflict',
        message: 'Custom phone provider conflict',
        errorCode: 'phone_provider_conflict',
      });
    }
    const created = {
      id: `pro_${providers.length + 1}`,
      disabled: false,
      configuration: {},
      credentials: {},
      ...body,
    } as StoredProvider;
    providers.push(created);
    send(response, 201, shown(created));
  }

  const server = createServer({ cert, key }, (request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const domain = `localhost:${(server.address() as AddressInfo).port}`;

  return {
    domain,
    connections,
    actions,
    providers,
    bindings,
    /** What was asked of the API, in order. */
    calls,
    /** What the test message was asked for with. */
    tests,
    /** Changes what is allowed, how much a page holds, or answers in its place. */
    state,
    /** Calls that change something. */
    writes: () => calls.filter(({ method }) => method !== 'GET'),
    /** For a command that manages this tenant. */
    env: {
      AUTH0_DOMAIN: domain,
      AUTH0_CLIENT_ID: 'client-id',
      AUTH0_CLIENT_SECRET: CLIENT_SECRET,
      NODE_EXTRA_CA_CERTS: caFile,
    },
    token,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      setGlobalDispatcher(earlierDispatcher);
      await dispatcher.destroy();
      await rm(folder, { recursive: true });
    },
  };
}

export type Auth0Management = Awaited<ReturnType<typeof startAuth0Management>>;

/** What a PATCH does to a connection at Auth0. */
export function applyToConnection(connection: StoredConnection, body: Json): void {
  if ('options' in body) connection.options = body['options'] as Json;
  // "If display_name is not included in the request, the field will be overwritten with the name value."
  const { display_name: given } = body;
  connection.display_name = typeof given === 'string' ? given : connection.name;
}

/** A connection as Auth0 makes it for Twilio, with a field that nobody here knows. */
export function twilioConnection(name: string, rest: Json = {}): StoredConnection {
  return {
    id: `con_${name}`,
    name,
    display_name: `${name}, shown`,
    strategy: 'sms',
    options: {
      name,
      from: '+15005550006',
      syntax: 'md_with_macros',
      template: 'Your code is @@password@@',
      totp: { length: 6, time_step: 180 },
      brute_force_protection: true,
      disable_signup: false,
      twilio_sid: `AC${'0'.repeat(32)}`,
      twilio_token: 'twilio-token-in-clear',
      field_of_the_future: { kept: [1, { deep: true }] },
      ...rest,
    },
  };
}

function send(response: ServerResponse, status: number, body: Json): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1),
    })
    .end(JSON.stringify(body));
}

function notFound(response: ServerResponse): void {
  send(response, 404, { statusCode: 404, error: 'Not Found', message: 'Not Found' });
}
