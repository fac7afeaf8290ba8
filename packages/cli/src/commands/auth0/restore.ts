import { changeConnection, renaming } from '../../tenant/change-connection.ts';
import { changesBetween } from '../../tenant/connection-options.ts';
import { createConnectionsApi, createManagementClient } from '../../tenant/management.ts';
import { readSnapshot, type ActionSnapshot, type ConnectionSnapshot } from '../../tenant/snapshot.ts';
import { messageOf } from '@sms-gateway/dev-redis';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR, EX_NOPERM } from '../command.ts';
import { changeLines, changeReport } from './change-report.ts';
import { changeTenant } from './change-tenant.ts';
import { orFailure } from './failures.ts';
import { restoreAction } from './restore-action.ts';
import type { RestoreJob } from './restore-job.ts';
import { snapshotFolder, type TenantOptions, tenantOf } from './options.ts';

/** `auth0 restore`. */
export function restore(
  file: string,
  values: TenantOptions,
  context: CommandContext,
): Promise<CommandResult> {
  return orFailure(async () => {
    let snapshot: ConnectionSnapshot | ActionSnapshot;
    try {
      snapshot = await readSnapshot(file);
    } catch (error) {
      return { exitCode: EX_DATAERR, output: `${messageOf(error)}\n` };
    }
    // Never the domain that the file names: the author of the file would receive the credentials.
    const found = await tenantOf(values, context);
    if (found.kind === 'problem') return { exitCode: EX_CONFIG, output: `${found.message}\n` };
    if (found.tenant.domain !== snapshot.domain) {
      return {
        exitCode: EX_DATAERR,
        output: `${file} was saved from ${snapshot.domain}, but this is ${found.tenant.domain}. Nothing was changed.\n`,
      };
    }
    const job = { client: createManagementClient(found.tenant), values, context };
    return snapshot.kind === 'connection' ? restoreConnection(snapshot, job) : restoreAction(snapshot, job);
  });
}

async function restoreConnection(
  snapshot: ConnectionSnapshot,
  { client, values, context }: RestoreJob,
): Promise<CommandResult> {
  const { paint, env } = context;
  const now = Date.now;
  const api = createConnectionsApi(client, { now });
  const current = await api.get(snapshot.id);
  if (current.name !== snapshot.name) {
    return {
      exitCode: EX_DATAERR,
      output: `${snapshot.id} is now ${current.name}, but the file was saved from ${snapshot.name}. Nothing was changed.\n`,
    };
  }
  if (current.options === undefined) {
    return {
      exitCode: EX_NOPERM,
      output: `The options of ${current.name} cannot be read: the scope read:connections_options is missing.\n`,
    };
  }
  const { name, displayName } = snapshot;
  const changes = [
    ...changesBetween(current.options, snapshot.options),
    ...renaming(current, { name, displayName }),
  ];
  const { options } = current;
  return changeTenant(
    {
      title: `SMS connection ${current.name} (${current.id}) of ${snapshot.domain}`,
      plan: changeLines(changes, paint),
      unchanged: `${current.name} is as it was saved.\n`,
      question: `Restore the settings of ${snapshot.savedAt}?`,
      apply: async () => {
        const end = await changeConnection({
          api,
          domain: snapshot.domain,
          before: { ...current, options },
          wanted: { options: snapshot.options, displayName },
          snapshotFolder: snapshotFolder(values.saveTo, env),
          now,
        });
        return {
          result: changeReport({ end, name: current.name, paint }),
          isApplied: end.kind === 'changed',
        };
      },
    },
    values,
    context,
  );
}
