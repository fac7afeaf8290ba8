import { parseArgs } from 'node:util';
import { changeConnection, renaming } from '../../tenant/change-connection.ts';
import { changesBetween } from '../../tenant/connection-options.ts';
import { createConnectionsApi, createManagementClient } from '../../tenant/management.ts';
import { readSnapshot, type ActionSnapshot, type ConnectionSnapshot } from '../../tenant/snapshot.ts';
import { messageOf } from '@sms-gateway/dev-redis';
import {
  type CommandContext,
  type CommandResult,
  EX_CONFIG,
  EX_DATAERR,
  EX_NOPERM,
  usageError,
} from '../command.ts';
import { changeLines, changeReport } from './change-report.ts';
import { agree } from './connect-connection.ts';
import { orFailure } from './failures.ts';
import { restoreAction } from './restore-action.ts';
import { readArguments, SHARED_OPTIONS, snapshotFolder, tenantOf } from './options.ts';

const { domain, 'client-id': clientId, 'save-to': saveTo, yes, help } = SHARED_OPTIONS;
const OPTIONS = {
  domain,
  'client-id': clientId,
  'save-to': saveTo,
  'dry-run': SHARED_OPTIONS['dry-run'],
  yes,
  help,
} as const;

const parse = (args: string[]) => parseArgs({ args, options: OPTIONS, allowPositionals: true });

const USAGE = `Usage: npm run gateway -- auth0 restore FILE [--dry-run] [--yes] [--domain HOST] [--client-id ID] [--save-to FOLDER]

Puts back what "auth0 connect" has saved in FILE: all options of an SMS connection, or what ran of an Action, what ran at
its trigger, and the settings of the phone provider. Secrets of Actions and credentials of phone providers are never
shown by Auth0 and so cannot be put back. Shows the change and asks; what is there now is saved likewise.
`;

/** `auth0 restore`. */
export function restore(args: string[], context: CommandContext): Promise<CommandResult> {
  return orFailure(async () => {
    const options = readArguments(args, () => parse(args));
    if (options.kind === 'wrong') return usageError(options.problem, USAGE);
    const { values, positionals } = options.parsed;
    if (values.help) return { exitCode: 0, output: USAGE };
    const [file, ...more] = positionals;
    if (file === undefined) return usageError('The file is missing.', USAGE);
    if (more.length > 0) return usageError('One file at a time.', USAGE);

    let snapshot: ConnectionSnapshot | ActionSnapshot;
    try {
      snapshot = await readSnapshot(file);
    } catch (error) {
      return { exitCode: EX_DATAERR, output: `${messageOf(error)}\n` };
    }
    // Never the domain that the file names: whoever wrote the file would be sent the credentials.
    const found = await tenantOf({ ...values, 'gateway-connection': '' }, context);
    if (found.kind === 'problem') return { exitCode: EX_CONFIG, output: `${found.message}\n` };
    if (found.tenant.domain !== snapshot.domain) {
      return {
        exitCode: EX_DATAERR,
        output: `${file} was saved from ${snapshot.domain}, and this is ${found.tenant.domain}. Nothing was changed.\n`,
      };
    }
    const job = { client: createManagementClient(found.tenant), values, context };
    return snapshot.kind === 'connection' ? restoreConnection(snapshot, job) : restoreAction(snapshot, job);
  });
}

/** What the ways to restore have in common. */
export type RestoreJob = {
  client: ReturnType<typeof createManagementClient>;
  values: { 'save-to'?: string | undefined; 'dry-run': boolean; yes: boolean };
  context: CommandContext;
};

async function restoreConnection(
  snapshot: ConnectionSnapshot,
  { client, values, context }: RestoreJob,
): Promise<CommandResult> {
  const { dialogue, paint, env } = context;
  const now = Date.now;
  const api = createConnectionsApi(client, { now });
  const current = await api.get(snapshot.id);
  if (current.name !== snapshot.name) {
    return {
      exitCode: EX_DATAERR,
      output: `${snapshot.id} is ${current.name} now, and what was saved is of ${snapshot.name}. Nothing was changed.\n`,
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
  if (changes.length === 0) return { exitCode: 0, output: `${current.name} is as it was saved.\n` };
  dialogue.say(
    [
      `SMS connection ${current.name} (${current.id}) of ${snapshot.domain}`,
      ...changeLines(changes, paint),
    ].join('\n'),
  );
  if (values['dry-run']) return { exitCode: 0, output: 'Nothing was changed: this was a dry run.\n' };
  const agreed = await agree(`Put back what was saved at ${snapshot.savedAt}?`, !values.yes, context);
  if (agreed !== 'yes') return agreed;
  const end = await changeConnection({
    api,
    domain: snapshot.domain,
    before: { ...current, options: current.options },
    wanted: { options: snapshot.options, displayName },
    snapshotFolder: snapshotFolder(values['save-to'], env),
    now,
  });
  return changeReport({ end, name: current.name, paint });
}
