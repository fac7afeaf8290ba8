import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

const SECRETS_REMARK = `
Secrets come from the environment (AUTH0_CLIENT_SECRET or AUTH0_API_TOKEN, also as NAME_FILE) or are asked for, never
from arguments, which stay in the history of a shell. The gateway's own secret, audience and address are read from where
the gateway reads them: AUTH0_SECRET, AUTH0_AUDIENCE, PUBLIC_URL, GATEWAY_CONFIG.`;

/** What is done at the tenant, by its Management API. */
export function declareAuth0Commands(program: Command, run: Run): void {
  const auth0 = program
    .command('auth0')
    .summary('point an Auth0 tenant at this gateway, take it back, rotate the secret')
    .description('Changes the tenant by its Management API. See docs/auth0.md.')
    .usage('SUBCOMMAND [arguments]');

  withGatewayOptions(withTenantOptions(auth0.command('connect')))
    .summary('point a tenant at this gateway: its SMS connection, or (--action) its phone provider')
    .description(
      `Points an Auth0 tenant at this gateway: shows the change, asks, keeps what was there in a file, changes, looks again.

Tenants from before March 2025 (legacy): the options of the SMS connection. Newer tenants, and those that have moved to tenant-level messaging: a custom phone provider, run by an Action (--action).`,
    )
    .option('--connection <name>', 'name or id of the SMS connection, where there are several')
    .option(
      '--action',
      "deploy the Action of integrations/auth0-action, and make it the tenant's phone provider",
    )
    .option('--mfa', 'deploy the Action for MFA messages (trigger send-phone-message) in its place')
    .option('--test <number>', 'have Auth0 send its test message afterwards')
    .option('--generate-secret <file>', 'make a secret of 32 bytes, in a new file that only you can read')
    .option('--skip-check', 'go on though the gateway does not prove that it believes the secret')
    .option('--json', 'one JSON object instead of text; changes nothing without --yes')
    .addHelpText('after', SECRETS_REMARK)
    .action((options) =>
      run(async (context) => {
        const { connect } = await import('../commands/auth0/connect.ts');
        return connect(options, context);
      }),
    );

  withTenantOptions(auth0.command('restore'))
    .summary('put back what connect has saved')
    .description(
      'Puts back what "auth0 connect" has saved: all options of an SMS connection, or what ran of an Action, what ran at its trigger, and the settings of the phone provider. Auth0 never shows secrets of Actions and credentials of phone providers, so they cannot be put back. Shows the change and asks; what is there now is saved likewise.',
    )
    .argument('<file>', 'as "auth0 connect" has named it')
    .action((file, options) =>
      run(async (context) => {
        const { restore } = await import('../commands/auth0/restore.ts');
        return restore(file, options, context);
      }),
    );

  withGatewayOptions(withTenantOptions(auth0.command('rotate-secret')))
    .summary('change the shared secret without losing a message')
    .description(
      `Changes the shared secret without losing a message, in three steps, each taken only when the one before is in effect:
  1. the gateway believes the new secret and the old one
  2. Auth0 signs with the new one
  3. the gateway believes the new one alone
It looks at what is in effect, so it can be stopped and run again at any point. Step 3 waits while an SMS connection of the tenant has the old secret, or an Action may have it.

Where the gateway's secrets are in a file (AUTH0_SECRET_FILE, or --secret-file for \${file:…} of the YAML file), it makes the new secret and writes that file itself; the gateway reads it by itself. Otherwise it says what to set, and goes on when it is run again with the same settings as the gateway: AUTH0_SECRET=NEW,OLD.`,
    )
    .option('--secret-file <file>', "the file of the gateway's secrets (default: AUTH0_SECRET_FILE)")
    .option('--connection <name>', 'name or id of the SMS connection, where there are several')
    .option('--action', 'every Action of the tenant that has a secret GATEWAY_SECRET, whatever its trigger')
    .option('--wait <duration>', 'for the gateway to believe the new secret', '10m')
    .option('--grace <duration>', "from Auth0's change until the old secret goes, for calls under way", '1m')
    .option('--keep-old', 'leave out step 3, where another tenant still uses the old secret')
    .addHelpText('after', SECRETS_REMARK)
    .action((options) =>
      run(async (context) => {
        const { rotateSecret } = await import('../commands/auth0/rotate-secret.ts');
        return rotateSecret(options, context);
      }),
    );
}

function withTenantOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .option('--domain <host>', 'the tenant, such as acme.eu.auth0.com (default: AUTH0_DOMAIN)')
    .option('--client-id <id>', "a machine-to-machine application's (default: AUTH0_CLIENT_ID)")
    .option('--save-to <folder>', 'where what is there before goes (default: .gateway/auth0)')
    .option('--dry-run', 'show the change and end')
    .option('-y, --yes', 'do not ask');
}

function withGatewayOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .option('--gateway-connection <name>', "the gateway's own connection", 'default')
    .option('--gateway-url <url>', "the gateway's address (default: PUBLIC_URL and the connection's path)")
    .option(
      '--code-ttl <seconds>',
      'how long a code lives at Auth0 (totp.time_step of the connection): CODE_TTL_SECONDS of the Action',
    );
}
