import { type Answer, hasScope, Refusal, requireScope } from './answer.ts';
import type { Call, Json, StoredConnection, StoredTenant } from './stored-tenant.ts';

/** /connections and /connections/{id} */
export function answerConnections(
  tenant: StoredTenant,
  { method, query, body }: Call,
  id: string | undefined,
): Answer {
  const shown = ({ options, ...rest }: StoredConnection): Json => ({
    ...rest,
    enabled_clients: [],
    realms: [rest.name],
    ...(hasScope(tenant, 'read:connections_options') && { options }),
  });
  if (method === 'GET') requireScope(tenant, 'read:connections');
  if (id === undefined) {
    const { pageSize } = tenant.state;
    const search = new URLSearchParams(query);
    const strategies = search.getAll('strategy');
    const matching = tenant.connections.filter(
      ({ strategy }) => strategies.length === 0 || strategies.includes(strategy),
    );
    const start = Number(search.get('from') ?? 0);
    const end = start + pageSize;
    const connections = matching.slice(start, end).map(shown);
    return { status: 200, body: { connections, ...(end < matching.length && { next: String(end) }) } };
  }
  const connection = tenant.connections.find((one) => one.id === id);
  if (connection === undefined) {
    throw new Refusal(404, 'The connection does not exist', { errorCode: 'inexistent_connection' });
  }
  if (method !== 'GET') {
    requireScope(tenant, 'update:connections');
    if ('options' in body) requireScope(tenant, 'update:connections_options');
    applyToConnection(connection, body);
  }
  return { status: 200, body: shown(connection) };
}

/** Changes a connection as a PATCH does at Auth0. */
export function applyToConnection(connection: StoredConnection, body: Json): void {
  if ('options' in body) connection.options = body['options'] as Json;
  // "If display_name is not included in the request, the field will be overwritten with the name value."
  const { display_name: given } = body;
  connection.display_name = typeof given === 'string' ? given : connection.name;
}

/** A connection as Auth0 creates it for Twilio, with a field that the gateway does not know. */
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
