import type { Command } from '@commander-js/extra-typings';
import { DOCTOR_CHECKS } from '../commands/doctor/check-names.ts';
import type { Run } from './run.ts';

/** What shows how things are, and changes nothing. */
export function declareInspectionCommands(program: Command, run: Run): void {
  program
    .command('why')
    .summary('why a code did not arrive: every message of 72 hours for a number, and what to do')
    .description(
      'Shows every message of the last 72 hours for a number, refused ones included, the newest first: what the caller was told, each attempt, its receipts and its outcome, what that means, and what to do. Reads what the processes read (environment, GATEWAY_CONFIG), payload keys included. Asks nobody but Redis.',
    )
    .argument('[number...]', 'recipient, such as +14155550123')
    .option('--id <id>', 'the message with this id')
    .option('--correlation-id <id>', "the messages of one transaction, as Auth0's Actions name it")
    .option('--since <duration>', 'only what came since then, such as 10m, 2h or 2d')
    .option('--json', 'one JSON object instead of text')
    .addHelpText(
      'after',
      '\nEnds with 0 where something was found, 1 where nothing was, 2 where it is used wrongly.',
    )
    .action((number, options) =>
      run(async (context) => {
        const { explainDelivery } = await import('../commands/why.ts');
        return explainDelivery({ number, ...options }, context);
      }),
    );
  program
    .command('doctor')
    .summary('what is wrong with the gateway, its surroundings and its tenant, and what to do')
    .description(
      'Looks at everything that a code passes on its way, and says what to do about each thing that is wrong. It reads what the processes read (environment, GATEWAY_CONFIG), or what npm start made where nothing is set; with AUTH0_DOMAIN and AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN) it looks at the tenant too. It changes and sends nothing.',
    )
    .option('--only <name...>', 'some of the checks, comma-separated')
    .option(
      '--json',
      'one JSON object, { ok, checks: [{ name, status, finding, advice }] }; a check may have several entries',
    )
    .addHelpText(
      'after',
      `\nChecks:\n${Object.entries(DOCTOR_CHECKS)
        .map(([name, summary]) => `  ${name.padEnd(15)}${summary}`)
        .join('\n')}\n\nEnds with 0 where nothing failed (warnings are allowed), else with 1.`,
    )
    .action((options) =>
      run(async (context) => {
        const { diagnose } = await import('../commands/doctor.ts');
        return diagnose(options, context);
      }),
    );
  program
    .command('route')
    .summary('which providers and senders a number would be sent through, and why')
    .description(
      'Shows which providers a message to a number would be sent through, with which senders, and why. Reads what the worker reads (environment, GATEWAY_CONFIG), but needs no secrets. A worker also passes over a provider that is failing or at its rate limit.',
    )
    .argument('<number>', 'recipient, such as +4915112345678')
    .option('--connection <name>', 'connection that takes the message', 'default')
    .option('--message-type <type>', 'as the custom phone provider Action sends it')
    .option(
      '--id <id>',
      'message id; where a rule draws its order by weight, each id has its own',
      'msg_example',
    )
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
      'Says in which encoding a text goes out and how many SMS segments it costs. For templates, with any six digits in place of the code: a real code does not belong in the history of a shell.',
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
