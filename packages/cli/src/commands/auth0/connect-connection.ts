import { changeConnection } from '../../tenant/change-connection.ts';
import { changesBetween, pointedAtGateway } from '../../tenant/connection-options.ts';
import {
  type ConnectionOptions,
  type ConnectionsApi,
  createConnectionsApi,
  type SmsConnection,
} from '../../tenant/management.ts';
import { describeProbe } from '../../tenant/probe-gateway.ts';
import { type CommandContext, type CommandResult, EX_NOPERM, EX_USAGE } from '../command.ts';
import { changeLines, changeReport } from './change-report.ts';
import { checkGateway } from './check-gateway.ts';
import type { ConnectJob } from './connect.ts';
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
  const { paint, dialogue, env } = context;
  const now = Date.now;
  const api = createConnectionsApi(client, { now });
  const found = await findConnection(api, values.connection, context);
  if (found.kind === 'failed') return found.result;
  const { connection } = found;
  const wanted = {
    options: pointedAtGateway(connection.options, target),
    displayName: connection.displayName,
  };
  const changes = changesBetween(connection.options, wanted.options);
  const shown = {
    domain,
    connection: { id: connection.id, name: connection.name },
    gatewayUrl: target.url,
    changes,
  };
  const json = (more: object, exitCode = 0): CommandResult => ({
    exitCode,
    output: '',
    report: `${JSON.stringify({ ...shown, ...more }, null, 2)}\n`,
  });
  const title = `SMS connection ${connection.name} (${connection.id}) of ${domain}`;

  if (changes.length === 0) {
    return values.json
      ? json({ applied: false })
      : { exitCode: 0, output: `${title} points here already.\n` };
  }
  if (!values.json) dialogue.say([title, ...changeLines(changes, paint)].join('\n'));
  if (values.dryRun || (values.json && !values.yes)) {
    return values.json
      ? json({ applied: false })
      : { exitCode: 0, output: 'Nothing was changed: this was a dry run.\n' };
  }
  const mayAsk = !values.yes;
  const check = await checkGateway(target, context, { skip: values.skipCheck === true, mayAsk, now });
  if (!check.mayGoOn)
    return values.json
      ? json(
          {
            applied: false,
            gateway: check.probe.kind,
            reason: describeProbe(check.probe, target.url),
          },
          1,
        )
      : { exitCode: 1, output: '' };
  const agreed = await agree(`Change ${connection.name}?`, mayAsk, context);
  if (agreed !== 'yes') return agreed;

  const end = await changeConnection({
    api,
    domain,
    before: connection,
    wanted,
    snapshotFolder: snapshotFolder(values.saveTo, env),
    now,
  });
  const result = changeReport({ end, name: connection.name, paint });
  if (!values.json) return result;
  const savedTo = 'savedTo' in end ? end.savedTo : undefined;
  if (result.exitCode !== 0) dialogue.say(result.output);
  return json(
    {
      applied: end.kind === 'changed',
      end: end.kind,
      savedTo,
      gateway: check.probe.kind,
      ...(result.exitCode !== 0 && { reason: result.output.trimEnd() }),
    },
    result.exitCode,
  );
}

/** Yes, or the end of the command. */
export async function agree(
  question: string,
  mayAsk: boolean,
  { dialogue }: CommandContext,
): Promise<'yes' | CommandResult> {
  if (!mayAsk) return 'yes';
  if (!dialogue.isInteractive) {
    return {
      exitCode: EX_USAGE,
      output: 'Nothing was changed: nobody can be asked here. --yes goes on without.\n',
    };
  }
  return (await dialogue.confirm(question)) ? 'yes' : { exitCode: 1, output: 'Nothing was changed.\n' };
}

/** The one SMS connection of the tenant, or the named one, or the one that is chosen; its options readable. */
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
  if (named.length === 0) return failed(1, `There is no SMS connection ${wanted}. There is: ${names}.`);
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
      `The options of ${connection.name} cannot be read, so they cannot be changed without losing what is there. The application (or token) needs the scope read:connections_options, and update:connections_options to write them.`,
    );
  }
  return { kind: 'found', connection: { ...connection, options: connection.options } };
}
