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

/** Why the old secret has to stay, or undefined. */
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
      output: `${KEPT} it cannot be seen who still uses it. ${error.message} To look, it needs the scopes ${LOOK_SCOPES.join(', ')}. Run this again then.\n`,
    };
  }
}

const KEPT = 'The gateway still believes the old secret, since';
const LOOK_SCOPES = ['read:connections', 'read:connections_options', 'read:actions'];

function whoAndWhat({ connections, actions }: OldSecretUsers): string[] {
  return [
    ...connections.map(
      (name) =>
        `The SMS connection ${name} has it: npm run gateway -- auth0 connect --connection ${name} gives it the new one; then run this again.`,
    ),
    ...(actions.length === 0
      ? []
      : [
          `What is in the secret GATEWAY_SECRET of an Action cannot be read (${actions.map((name) => `"${name}"`).join(', ')}): run this again with --action, which gives them the new one and finishes.`,
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

/** Step 3: the gateway believes the new secret alone, where after the grace it is still what is signed with. */
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
      output: `Step 3: after a minute or more, set AUTH0_SECRET to the new secret alone at every ingress process.\n`,
    };
  }
  context.dialogue.say(
    `Step 3: the old secret is believed for ${graceMs / 1000} s more, for calls under way. Ctrl-C leaves it as it is.`,
  );
  await delay(graceMs);
  const kept = await whyKept(use);
  if (kept !== undefined) return kept;
  if (!areKeys((await secretFile.read()).slice(0, 1), [newKey])) {
    return {
      exitCode: EX_TEMPFAIL,
      output: `${path} was changed meanwhile: the new secret is not the first any more, so it was left as it is. Run this again.\n`,
    };
  }
  await secretFile.retireOld();
  const isRetired = await poll(
    { everyMs: 500, timeoutMs: waitMs, now: Date.now },
    async () => (await probeGateway(old, Date.now)).kind === 'not_believed',
  );
  return isRetired
    ? { exitCode: 0, output: 'Rotated: the gateway believes the new secret alone.\n' }
    : {
        exitCode: EX_TEMPFAIL,
        output: `${path} holds the new secret alone, but the gateway still believes the old one: reload or restart it.\n`,
      };
}
