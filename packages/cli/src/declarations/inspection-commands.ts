import type { Command } from '@commander-js/extra-typings';
import { DOCTOR_CHECKS } from '../commands/doctor/check-names.ts';
import type { Run } from './run.ts';

/** Commands that inspect, and change nothing. */
export function declareInspectionCommands(program: Command, run: Run): void {
  program
    .command('why')
    .summary('why a code did not arrive: every message to a number in the last 72 hours, and what to do')
    .description(
      'Shows every message to a number in the last 72 hours, refused ones included, newest first: the answer to the caller, each attempt with its receipt, the outcome, what it means, and what to do. Uses the settings of the processes (environment, GATEWAY_CONFIG), payload keys included. Contacts only Redis.',
    )
    .argument('[number...]', 'recipient, such as +14155550123')
    .option('--id <id>', 'the message with this id')
    .option('--correlation-id <id>', "the messages of one transaction, by the ID that Auth0's Actions send")
    .option('--since <duration>', 'only the messages of this last period, such as 10m, 2h or 2d')
    .option('--json', 'one JSON object instead of text')
    .addHelpText(
      'after',
      '\nExit code: 0 if a message was found, 1 if none was, 2 for wrong arguments. Requests that were refused before their\nnumber was read are shown, but do not count as found.',
    )
    .action((number, options) =>
      run(async (context) => {
        const { explainDelivery } = await import('../commands/why.ts');
        return explainDelivery({ number, ...options }, context);
      }),
    );
  program
    .command('doctor')
    .summary('what is wrong with the gateway, its environment and its tenant, and what to do')
    .description(
      'Checks everything on the path of a code, and says what to do about each problem. It uses the settings of the processes (environment, GATEWAY_CONFIG), or those of npm start if none are set. With AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN) it checks the tenant too. It changes and sends nothing.',
    )
    .option('--only <name...>', 'only these checks, comma-separated')
    .option(
      '--json',
      'one JSON object, { ok, checks: [{ name, status, finding, advice }] }; a check may have several entries',
    )
    .addHelpText(
      'after',
      `\nChecks:\n${Object.entries(DOCTOR_CHECKS)
        .map(([name, summary]) => `  ${name.padEnd(15)}${summary}`)
        .join('\n')}\n\nExit code: 0 if nothing failed (warnings are allowed), 1 otherwise.`,
    )
    .action((options) =>
      run(async (context) => {
        const { diagnose } = await import('../commands/doctor.ts');
        return diagnose(options, context);
      }),
    );
  program
    .command('route')
    .summary('which providers and senders a message to a number would use, and why')
    .description(
      'Shows which providers and senders a message to a number would use, and why. Uses the settings of the worker (environment, GATEWAY_CONFIG), but needs no secrets. A worker also skips a provider that is failing or has reached its rate limit.',
    )
    .argument('<number>', 'recipient, such as +4915112345678')
    .option('--connection <name>', 'connection that accepts the message', 'default')
    .option('--message-type <type>', 'as the custom phone provider Action sends it')
    .option('--id <id>', 'message id; a rule with weights chooses an order for each id', 'msg_example')
    .option('--json', 'one JSON object instead of text')
    .action((number, options) =>
      run(async (context) => {
        const { explainRoute } = await import('../commands/route.ts');
        return explainRoute({ number, ...options }, context);
      }),
    );
  program
    .command('segments')
    .summary('how many SMS segments a text costs, and what makes it cost more')
    .description(
      "Shows the encoding of a text and how many SMS segments it costs. For templates, with any six digits in place of the code: a real code does not belong in the shell's history.",
    )
    .argument('<text>', 'in quotes')
    .option('--json', 'one JSON object instead of text')
    .action((text, options) =>
      run(async (context) => {
        const { explainSegments } = await import('../commands/segments.ts');
        return explainSegments({ text, ...options }, context);
      }),
    );
}
