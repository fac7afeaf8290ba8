import { type Command, Option } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

/** What runs a gateway on this machine, and plays its caller. */
export function declareLocalCommands(program: Command, run: Run): void {
  program
    .command('start')
    .summary('run everything on this machine (npm start)')
    .description(
      'Starts a private Redis, the ingress and a worker, sends one demonstration message, and stays up until Ctrl-C. What is set in the environment wins, the rest is made for development.',
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
      'Prints a bearer token for POST /v1/sms and GET /v1/messages/{id}, signed as Auth0 signs it: with what GATEWAY_CONFIG has for the connection, without a file with AUTH0_SECRET and AUTH0_AUDIENCE, else with what npm start made. docs/http-api.md has examples.',
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
      'Plays Auth0 against a running gateway, prints what Auth0 would make of the answer, and follows each message to its outcome.',
    )
    .configureHelp({ commandUsage: () => 'npm run send -- [options] NUMBER...' })
    .argument('<number...>', 'recipients, such as +14155550123; several are used in turn')
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
      'messages begun a second, above 0, up to 1000 (default: each when the one before is answered)',
    )
    .option('--url <url>', 'endpoint (default: GATEWAY_URL, else the gateway that npm start started)')
    .option('--connection <name>', 'post to /v1/connections/NAME/sms there')
    .option(
      '--text <text>',
      'text of the message; {code} stands for the code, and must be there if several are sent',
    )
    .option('--no-follow', 'do not wait for outcomes')
    .option('--json', 'one JSON object instead of text')
    .addHelpText(
      'after',
      `
A newer code to the same number replaces the one before if that is not sent yet, on purpose: give several numbers to see
many arrive.

Signs with what the file of GATEWAY_CONFIG has for the connection (default, where none is named), without a file with
AUTH0_SECRET (or AUTH0_SECRET_FILE), AUTH0_AUDIENCE and AUTH0_SUBJECT, else with what npm start made. Follows in the Redis
of REDIS_URL, else in that of npm start. Exits with 0 where every message is answered 200 and, if followed, sent; else 1;
2 where it is used wrongly. An outcome is waited for until the message's deadline; Ctrl-C ends it before.`,
    )
    .action((numbers, options) =>
      run(async (context) => {
        const { send } = await import('../commands/send.ts');
        return send({ numbers, ...options }, context);
      }),
    );
}
