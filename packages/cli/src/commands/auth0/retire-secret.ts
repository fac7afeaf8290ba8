import { setTimeout as delay } from 'node:timers/promises';
import { createActionsApi } from '../../tenant/actions-api.ts';
import type { GatewayTarget } from '../../tenant/connection-options.ts';
import { createConnectionsApi, type createManagementClient } from '../../tenant/management.ts';
import { ManagementFailure } from '../../tenant/management-failure.ts';
import { findOldSecretUsers, type OldSecretUsers } from '../../tenant/old-secret-users.ts';
import { poll } from '../../tenant/poll.ts';
import { probeGateway } from '../../tenant/probe-gateway.ts';
import { areKeys, type SecretFile } from '../../tenant/secret-file.ts';
import { type CommandContext, type CommandResult, EX_TEMPFAIL } from '../command.ts';
import { exitCodeOf } from './failures.ts';

type UseOptions = {
  client: ReturnType<typeof createManagementClient>;
  oldKeys: readonly Uint8Array[];
  rotated: ReadonlySet<string>;
};

/** Why the old secret must stay, or undefined. */
export async function whyKept({ client, oldKeys, rotated }: UseOptions): Promise<CommandResult | undefined> {
  const apis = {
    connections: createConnectionsApi(client, { now: Date.now }),
    actions: createActionsApi(client, { now: Date.now }),
  };
  try {
    const users = await findOldSecretUsers({ ...apis, oldKeys, rotated });
    const lines = whoAndWhat(users);
    if (lines.length === 0) return undefined;
    return { exitCode: EX_TEMPFAIL, output: [`${KEPT} it may still be in use.`, ...lines, ''].join('\n') };
  } catch (error) {
    if (!(error instanceof ManagementFailure)) throw error;
    return {
      exitCode: exitCodeOf(error),
      output: `${KEPT} it is not known who still uses it. ${error.message} Grant the scopes ${LOOK_SCOPES.join(', ')}, then run this again.\n`,
    };
  }
}

const KEPT = 'The gateway still accepts the old secret, because';
const LOOK_SCOPES = ['read:connections', 'read:connections_options', 'read:actions'];

function whoAndWhat({ connections, actions }: OldSecretUsers): string[] {
  return [
    ...connections.map(
      (name) =>
        `The SMS connection ${name} has it. Give it the new one with npm run gateway -- auth0 connect --connection ${name}, then run this again.`,
    ),
    ...(actions.length === 0
      ? []
      : [
          `The value of GATEWAY_SECRET of an Action cannot be read (${actions.map((name) => `"${name}"`).join(', ')}): run this again with --action, which sets the new one and finishes.`,
        ]),
  ];
}

type Retirement = {
  use: UseOptions;
  newKey: Uint8Array;
  secretFile: SecretFile | undefined;
  path: string | undefined;
  graceMs: number;
  waitMs: number;
  old: GatewayTarget;
  context: CommandContext;
};

/** Step 3: after the grace, the gateway accepts only the new secret, if Auth0 still signs with it. */
export async function retireSecret({
  use,
  newKey,
  secretFile,
  path,
  graceMs,
  waitMs,
  old,
  context,
}: Retirement): Promise<CommandResult> {
  if (secretFile === undefined) {
    return {
      exitCode: 0,
      output: `Step 3: after a minute or more, set AUTH0_SECRET to only the new secret at every ingress process.\n`,
    };
  }
  context.dialogue.say(
    `Step 3: the gateway accepts the old secret for another ${graceMs / 1000} s, for calls in progress. Ctrl-C keeps the old secret.`,
  );
  await delay(graceMs);
  const kept = await whyKept(use);
  if (kept !== undefined) return kept;
  if (!areKeys((await secretFile.read()).slice(0, 1), [newKey])) {
    return {
      exitCode: EX_TEMPFAIL,
      output: `Somebody has changed ${path}: the new secret is no longer the first, so the file was not touched. Run this again.\n`,
    };
  }
  await secretFile.retireOld();
  const isRetired = await poll(
    { everyMs: 500, timeoutMs: waitMs, now: Date.now },
    async () => (await probeGateway(old, Date.now)).kind === 'not_believed',
  );
  return isRetired
    ? { exitCode: 0, output: 'Rotated: the gateway accepts only the new secret.\n' }
    : {
        exitCode: EX_TEMPFAIL,
        output: `${path} contains only the new secret, but the gateway still accepts the old one: reload or restart it.\n`,
      };
}
