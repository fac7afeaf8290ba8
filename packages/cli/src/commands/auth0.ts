import { connect } from './auth0/connect.ts';
import { restore } from './auth0/restore.ts';
import { rotateSecret } from './auth0/rotate-secret.ts';
import { type CommandContext, type CommandResult, usageError } from './command.ts';

const SUBCOMMANDS = { connect, restore, 'rotate-secret': rotateSecret };

const USAGE = `Usage: npm run gateway -- auth0 SUBCOMMAND [arguments]

  connect         point a tenant at this gateway: its SMS connection, or (--action) its phone provider
  restore FILE    put back what connect has saved
  rotate-secret   change the shared secret without losing a message

npm run gateway -- auth0 SUBCOMMAND --help tells more; docs/auth0.md tells all.
`;

/** `auth0`: what is to be done at the tenant, by its Management API. */
export async function manageAuth0(
  [name = '', ...args]: string[],
  context: CommandContext,
): Promise<CommandResult> {
  if (name === '--help' || name === '-h') return { exitCode: 0, output: USAGE };
  const subcommand = Object.entries(SUBCOMMANDS).find(([known]) => known === name)?.[1];
  if (subcommand !== undefined) return subcommand(args, context);
  return usageError(
    name === '' ? 'The subcommand is missing.' : `There is no subcommand ${JSON.stringify(name)}.`,
    USAGE,
  );
}
