import { changeConnection } from '../../tenant/change-connection.ts';
import { type ConnectionOptions, changesBetween, pointedAtGateway } from '../../tenant/connection-options.ts';
import { type ConnectionsApi, createConnectionsApi, type SmsConnection } from '../../tenant/management.ts';
import { type CommandContext, type CommandResult, EX_NOPERM, EX_USAGE } from '../command.ts';
import { changeLines, changeReport } from './change-report.ts';
import { changeTenant, type TenantChange } from './change-tenant.ts';
import type { ConnectJob } from './connect-job.ts';
import { snapshotFolder } from './options.ts';

export type ReadableConnection = SmsConnection & { options: ConnectionOptions };
export type FoundConnection =
  | { kind: 'found'; connection: ReadableConnection }
  | { kind: 'failed'; result: CommandResult };

/** Points the legacy SMS connection of a tenant at the gateway. */
export async function connectConnection({
  client,
  domain,
  target,
  values,
  context,
}: ConnectJob): Promise<CommandResult> {
  const { paint, env } = context;
  const now = Date.now;
  const api = createConnectionsApi(client, { now });
  const found = await findConnection(api, values.connection, context);
  if (found.kind === 'failed') return found.result;
  const { connection } = found;
  const { id, name, displayName } = connection;
  const wanted = { options: pointedAtGateway(connection.options, target), displayName };
  const changes = changesBetween(connection.options, wanted.options);
  const title = `SMS connection ${name} (${id}) of ${domain}`;
  const change: TenantChange = {
    title,
    plan: changeLines(changes, paint),
    unchanged: `${title} already points here.\n`,
    question: `Change ${name}?`,
    target,
    shown: { domain, connection: { id, name }, gatewayUrl: target.url, changes },
    apply: async () => {
      const end = await changeConnection({
        api,
        domain,
        before: connection,
        wanted,
        snapshotFolder: snapshotFolder(values.saveTo, env),
        now,
      });
      return {
        result: changeReport({ end, name, paint }),
        isApplied: end.kind === 'changed',
        more: { end: end.kind, savedTo: 'savedTo' in end ? end.savedTo : undefined },
      };
    },
  };
  return changeTenant(change, values, context);
}

/** The only SMS connection of the tenant, or the named one, or the one that the operator chooses, with its options. */
export async function findConnection(
  api: ConnectionsApi,
  wanted: string | undefined,
  { dialogue }: CommandContext,
): Promise<FoundConnection> {
  const failed = (exitCode: number, output: string): FoundConnection => ({
    kind: 'failed',
    result: { exitCode, output: `${output}\n` },
  });
  const all = await api.list();
  const names = all.map(({ name }) => name).join(', ');
  if (all.length === 0) {
    return failed(
      1,
      'The tenant has no SMS connection. If it is newer than March 2025, or uses the tenant-level messaging provider, connect it with --action.',
    );
  }
  const named = all.filter(({ id, name }) => wanted === undefined || wanted === name || wanted === id);
  if (named.length === 0) return failed(1, `There is no SMS connection ${wanted}. The tenant has: ${names}.`);
  if (named.length > 1 && !dialogue.isInteractive) {
    return failed(EX_USAGE, `There are several SMS connections: ${names}. Name one with --connection.`);
  }
  const id =
    named.length === 1
      ? named[0]?.id
      : await dialogue.choose(
          'Which SMS connection?',
          named.map(({ id: value, name: label }) => ({ value, label })),
        );
  const connection = await api.get(id ?? '');
  if (connection.options === undefined) {
    return failed(
      EX_NOPERM,
      `The options of ${connection.name} cannot be read, so changing them would lose the present ones. The application (or token) needs the scopes read:connections_options and update:connections_options.`,
    );
  }
  return { kind: 'found', connection: { ...connection, options: connection.options } };
}
