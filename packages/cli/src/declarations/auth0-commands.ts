import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

const SECRETS_REMARK = `
Secrets come from the environment (AUTH0_CLIENT_SECRET or AUTH0_API_TOKEN, also as NAME_FILE) or a prompt, never from
arguments, which stay in the shell's history. The gateway's secret, audience and URL come from its own settings:
AUTH0_SECRET, AUTH0_AUDIENCE, PUBLIC_URL, GATEWAY_CONFIG.`;

/** Commands that change a tenant through its Management API. */
export function declareAuth0Commands(program: Command, run: Run): void {
  const auth0 = program
    .command('auth0')
    .summary('point an Auth0 tenant at this gateway, restore it, rotate the secret')
    .description('Changes the tenant through its Management API. See docs/auth0.md.')
    .usage('SUBCOMMAND [arguments]');

  withGatewayOptions(withTenantOptions(auth0.command('connect')))
    .summary('point a tenant at this gateway: its SMS connection, or (--action) its phone provider')
    .description(
      `Points an Auth0 tenant at this gateway: shows the change, asks for confirmation, saves the previous settings to a file, makes the change, and checks that it is in effect.

Tenants from before March 2025 (legacy): the options of the SMS connection. Newer tenants, and those that have moved to tenant-level messaging: a custom phone provider, run by an Action (--action).`,
    )
    .option('--connection <name>', 'name or id of the SMS connection, if there are several')
    .option(
      '--action',
      "deploy the Action of integrations/auth0-action, and make it the tenant's phone provider",
    )
    .option('--mfa', 'deploy the Action for MFA messages (trigger send-phone-message) instead')
    .option('--test <number>', 'have Auth0 send its test message afterwards')
    .option('--generate-secret <file>', 'generate a secret of 32 bytes in a new file that only you can read')
    .option('--skip-check', 'continue even if the gateway does not accept the secret')
    .option('--json', 'one JSON object instead of text; changes nothing without --yes')
    .addHelpText('after', SECRETS_REMARK)
    .action((options) =>
      run(async (context) => {
        const { connect } = await import('../commands/auth0/connect.ts');
        return connect(options, context);
      }),
    );

  withTenantOptions(auth0.command('restore'))
    .summary('restore the settings that connect saved')
    .description(
      'Restores what "auth0 connect" saved: all options of an SMS connection, or the deployed code of an Action, the bindings of its trigger, and the settings of the phone provider. Auth0 never reveals the secrets of Actions or the credentials of phone providers, so those cannot be restored. Shows the change and asks for confirmation; the current settings are saved first.',
    )
    .argument('<file>', 'the file that "auth0 connect" named')
    .action((file, options) =>
      run(async (context) => {
        const { restore } = await import('../commands/auth0/restore.ts');
        return restore(file, options, context);
      }),
    );

  withGatewayOptions(withTenantOptions(auth0.command('rotate-secret')))
    .summary('change the shared secret without losing a message')
    .description(
      `Changes the shared secret without losing a message, in three steps. Each starts only when the previous one is in effect:
  1. the gateway accepts the new secret and the old one
  2. Auth0 signs with the new one
  3. the gateway accepts only the new one
The command checks what is in effect, so you can stop it and run it again at any point. Step 3 waits as long as an SMS connection of the tenant has the old secret, or an Action may have it.

If the gateway's secrets are in a file (AUTH0_SECRET_FILE, or --secret-file for \${file:…} of the YAML file), it generates the new secret and writes that file, and the gateway reloads it. Otherwise it says what to set; run it again with the same settings as the gateway: AUTH0_SECRET=NEW,OLD.`,
    )
    .option('--secret-file <file>', "the file of the gateway's secrets (default: AUTH0_SECRET_FILE)")
    .option('--connection <name>', 'name or id of the SMS connection, if there are several')
    .option('--action', 'every Action of the tenant that has a secret GATEWAY_SECRET, for any trigger')
    .option('--wait <duration>', 'how long to wait until the gateway accepts the new secret', '10m')
    .option(
      '--grace <duration>',
      "how long the gateway still accepts the old secret after Auth0's change, for calls in progress",
      '1m',
    )
    .option('--keep-old', 'skip step 3, because another tenant still uses the old secret')
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
    .option('--client-id <id>', 'client ID of a machine-to-machine application (default: AUTH0_CLIENT_ID)')
    .option('--save-to <folder>', 'where the previous settings are saved (default: .gateway/auth0)')
    .option('--dry-run', 'show the change, make none')
    .option('-y, --yes', 'do not ask for confirmation');
}

function withGatewayOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .option('--gateway-connection <name>', "the gateway's connection", 'default')
    .option('--gateway-url <url>', "the gateway's URL (default: PUBLIC_URL and the connection's path)")
    .option(
      '--code-ttl <seconds>',
      'how long a code is valid at Auth0 (totp.time_step of the connection): CODE_TTL_SECONDS of the Action',
    );
}
