import { ManagementClient } from 'auth0';
import { type ConnectionOptions, secretsIn } from './connection-options.ts';
import { ManagementFailure, toFailure } from './management-failure.ts';

/** Credentials of an application, or a token. */
export type ManagementCredentials =
  | { kind: 'client'; clientId: string; clientSecret: string }
  | { kind: 'token'; token: string };

/** A connection of strategy `sms`. */
export type SmsConnection = {
  id: string;
  name: string;
  displayName: string | undefined;
  /** Undefined if the scope `read:connections_options` is missing: Auth0 then silently omits them. */
  options: ConnectionOptions | undefined;
};

/** The failure of a command that needs a connection's options. */
export function unreadableOptions(name: string): ManagementFailure {
  return new ManagementFailure(
    'missing_scope',
    `The options of the SMS connection ${name} cannot be read: the scope read:connections_options is missing.`,
  );
}

/** The calls of the Management API for legacy SMS connections. @throws {ManagementFailure} */
export type ConnectionsApi = {
  list(): Promise<SmsConnection[]>;
  /** Refuses a connection of another strategy. */
  get(id: string): Promise<SmsConnection>;
  /** Replaces all options. Never retried: after an unclear result, read what is in effect. */
  update(id: string, change: { options: ConnectionOptions; displayName: string | undefined }): Promise<void>;
};

type Options = { domain: string; credentials: ManagementCredentials; now: () => number };

/** The SDK's client. It retries after 408, 429 or 5xx twice, after the delay that Auth0's headers ask for. */
export function createManagementClient({ domain, credentials }: Omit<Options, 'now'>): ManagementClient {
  const shared = { domain, telemetry: false, timeoutInSeconds: 30 };
  return credentials.kind === 'token'
    ? new ManagementClient({ ...shared, token: credentials.token })
    : new ManagementClient({
        ...shared,
        clientId: credentials.clientId,
        clientSecret: credentials.clientSecret,
      });
}

/** Runs calls of the SDK, and turns their errors into failures. @throws {ManagementFailure} */
export function createCall({ scopes, now }: { scopes: readonly string[]; now: () => number }) {
  return async <Result>(
    what: string,
    work: () => Promise<Result>,
    secrets: readonly string[] = [],
  ): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      const failure: ManagementFailure = toFailure(error, { what, scopes, now, secrets });
      throw failure;
    }
  };
}

export const CONNECTION_SCOPES = [
  'read:connections',
  'read:connections_options',
  'update:connections',
  'update:connections_options',
] as const;

export function createConnectionsApi(
  client: ManagementClient,
  { now }: { now: () => number },
): ConnectionsApi {
  const call = createCall({ scopes: CONNECTION_SCOPES, now });
  return {
    list: () =>
      call('read the SMS connections', async () => {
        const connections: SmsConnection[] = [];
        for await (const one of await client.connections.list({ strategy: ['sms'], take: 50 })) {
          connections.push(toConnection(one));
        }
        return connections;
      }),
    get: async (id) => {
      const raw = await call('read the connection', () => client.connections.get(id));
      if (raw.strategy === 'sms') return toConnection(raw);
      throw new ManagementFailure(
        'not_found',
        `${id} is not an SMS connection: it is ${raw.name}, with strategy ${raw.strategy}.`,
      );
    },
    update: (id, { options, displayName }) =>
      call(
        'change the connection',
        async () => {
          const change = { options, ...(displayName !== undefined && { display_name: displayName }) };
          await client.connections.update(id, change, { maxRetries: 0 });
        },
        secretsIn(options),
      ),
  };
}

type RawConnection = {
  id?: string | undefined;
  name?: string | undefined;
  display_name?: string | null | undefined;
  options?: object | undefined;
};

function toConnection({ id, name, display_name, options }: RawConnection): SmsConnection {
  return {
    id: id ?? '',
    name: name ?? '',
    displayName: display_name ?? undefined,
    options: options === undefined ? undefined : Object.fromEntries(Object.entries(options)),
  };
}
