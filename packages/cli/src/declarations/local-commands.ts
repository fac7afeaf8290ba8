import { type Command, Option } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

/** Commands that run a gateway on this machine, and play its caller. */
export function declareLocalCommands(program: Command, run: Run): void {
  program
    .command('start')
    .summary('run everything on this machine (npm start)')
    .description(
      'Starts a private Redis, the ingress, a worker and the console, sends one demonstration message, and runs until Ctrl-C. Uses the settings of the environment, and development values for the rest.',
    )
    .configureHelp({ commandUsage: () => 'npm start' })
    .action(() =>
      run(async (context) => {
        const { start } = await import('../commands/start.ts');
        return start(context);
      }),
    );
  program
    .command('token')
    .summary('make a bearer token for the HTTP surface, as Auth0 signs it')
    .description(
      'Prints a bearer token for POST /v1/sms and GET /v1/messages/{id}, signed as Auth0 signs it. Secret and audience are those of the connection in GATEWAY_CONFIG or, without a file, AUTH0_SECRET and AUTH0_AUDIENCE, or those of npm start. docs/http-api.md has examples.',
    )
    .option('--connection <name>', "the gateway's own connection", 'default')
    .action((options) =>
      run(async (context) => {
        const { makeToken } = await import('../commands/token.ts');
        return makeToken(options, context);
      }),
    );
  program
    .command('send')
    .summary('play Auth0 against a running gateway (npm run send)')
    .description(
      'Plays Auth0 against a running gateway, prints what Auth0 would tell the application, and follows each message to its outcome.',
    )
    .configureHelp({ commandUsage: () => 'npm run send -- [options] NUMBER...' })
    .argument('<number...>', 'recipients, such as +14155550123; several take turns')
    .addOption(
      new Option(
        '--as <caller>',
        'the call of a legacy passwordless connection, or the custom phone provider Action',
      )
        .choices(['gateway', 'action'])
        .default('gateway' as const),
    )
    .option('--count <n>', 'messages, each with a fresh code, 1 to 1000 (default: one for each number)')
    .option(
      '--rate <r>',
      'messages per second, above 0, up to 1000 (default: each after the answer to the previous one)',
    )
    .option('--url <url>', 'endpoint (default: GATEWAY_URL, or the gateway of npm start)')
    .option('--connection <name>', 'post to /v1/connections/NAME/sms there')
    .option(
      '--text <text>',
      'text of the message; {code} stands for the code, and is required if several are sent',
    )
    .option('--no-follow', 'do not wait for outcomes')
    .option('--json', 'one JSON object instead of text')
    .addHelpText(
      'after',
      `
A newer code to the same number replaces an older one that is not sent yet: give several numbers to see many arrive.

The secret is that of the connection ("default" unless named) in GATEWAY_CONFIG or, without a file, AUTH0_SECRET (or
AUTH0_SECRET_FILE) with AUTH0_AUDIENCE and AUTH0_SUBJECT, or the one of npm start. Outcomes are read from the Redis of
REDIS_URL, or from that of npm start, until the deadline of the message or Ctrl-C.

Exit code: 0 if every message was answered 200 and, if followed, sent; 2 for wrong arguments; 1 otherwise.`,
    )
    .action((numbers, options) =>
      run(async (context) => {
        const { send } = await import('../commands/send.ts');
        return send({ numbers, ...options }, context);
      }),
    );
}
