import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { createCertificate } from '../certificate.ts';
import { answerActions, answerBindings } from './actions.ts';
import { type Answer, notFound, Refusal } from './answer.ts';
import { answerConnections } from './connections.ts';
import { answerPhoneProviders } from './phone-providers.ts';
import type { Call, Json, StoredTenant } from './stored-tenant.ts';

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
 * A stand-in for Auth0's Management API over HTTPS. It does what the reference documents of the calls that the gateway
 * makes, and what recorded traffic of the live API shows: reads return secrets of connections in clear, options are left
 * out without the scope for them, a PATCH replaces all options and resets a display_name that is not sent, secrets of
 * Actions are write-only, a tenant has one Action for its phone provider, and a custom provider needs it deployed.
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

  const tenant: StoredTenant = {
    connections: [],
    actions: [],
    providers: [],
    bindings: new Map(),
    tests: [],
    state: { scopes, pageSize: 50, intercept: undefined },
  };
  const calls: Call[] = [];
  const token = `token-${randomBytes(8).toString('hex')}`;

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
    try {
      if (request.headers.authorization !== `Bearer ${token}`) {
        throw new Refusal(401, 'Invalid token', { attributes: { error: 'Invalid token' } });
      }
      if (await tenant.state.intercept?.(call, response)) return;
      const { status, body } = answer(tenant, call);
      send(response, status, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message, details } = error;
      send(response, status, { statusCode: status, error: STATUS_CODES[status], message, ...details });
    }
  }

  function issueToken(form: URLSearchParams, response: ServerResponse): void {
    if (form.get('client_secret') !== CLIENT_SECRET) {
      return send(response, 401, { error: 'access_denied', error_description: 'Unauthorized' });
    }
    send(response, 200, {
      access_token: token,
      scope: tenant.state.scopes.join(' '),
      expires_in: 86_400,
      token_type: 'Bearer',
    });
  }

  const server = createServer({ cert, key }, (request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const domain = `localhost:${(server.address() as AddressInfo).port}`;

  return {
    ...tenant,
    domain,
    /** The calls to the API, in order. */
    calls,
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

/** @throws {Refusal} */
function answer(tenant: StoredTenant, call: Call): Answer {
  const [, first, second, ...rest] = call.path.split('/');
  if (first === 'connections') return answerConnections(tenant, call, second);
  if (first === 'actions' && second === 'triggers') return answerBindings(tenant, call, rest[0]);
  if (first === 'actions' && second === 'actions') return answerActions(tenant, call, rest);
  if (call.path.startsWith('/branding/phone/providers')) {
    return answerPhoneProviders(tenant, call, rest.slice(1));
  }
  throw notFound();
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
