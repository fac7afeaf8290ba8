import type { Command } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

const DESTINATION = 'the beginning of numbers (+88, +4915; 7 digits at most), a country (BD), or all';

/** What stops destinations, and shows how screening stands. */
export function declareScreeningCommands(program: Command, run: Run): void {
  program
    .command('block')
    .summary('stop all messages to a destination, at once and everywhere')
    .description(
      'Stops all messages to a destination, from the next one on, in every process that shares this Redis: new ones are answered 403, and what waits in the queue fails. It applies whatever SCREENING is.',
    )
    .argument('<destination>', DESTINATION)
    .option('--for <duration>', 'how long, such as 30m, 6h or 2d; without it, until it is unblocked')
    .option('--reason <text>', 'shown by blocks', '')
    .action((destination, options) =>
      run(async (context) => {
        const { blockDestination } = await import('../commands/block.ts');
        return blockDestination({ destination, ...options }, context);
      }),
    );
  program
    .command('unblock')
    .summary('remove a block')
    .description('Removes a block.')
    .argument('<destination>', DESTINATION)
    .action((destination) =>
      run(async (context) => {
        const { unblockDestination } = await import('../commands/block.ts');
        return unblockDestination(destination, context);
      }),
    );
  program
    .command('blocks')
    .summary('which destinations are blocked')
    .description('Lists the destinations that are blocked by hand.')
    .option('--json', 'one JSON array instead of text')
    .action((options) =>
      run(async (context) => {
        const { listBlocks } = await import('../commands/block.ts');
        return listBlocks(options, context);
      }),
    );
  program
    .command('explain')
    .summary('the state of every screening rule for a number')
    .description(
      'Shows the state of every screening rule for a number, and what would happen to a code now. Counts and changes nothing. Reads what the ingress reads (environment, GATEWAY_CONFIG), payload keys included: counters are kept under keyed hashes.',
    )
    .argument('<number>', 'recipient, such as +14155550123')
    .option(
      '--ip <address>',
      'IP address of the user, as the caller would send it; without it the rules for addresses are skipped',
    )
    .option('--connection <name>', 'connection that takes the message', 'default')
    .option('--text <text>', 'what would be sent, for its segments', 'Your code is 123456')
    .option('--json', 'one JSON object instead of text')
    .action((number, options) =>
      run(async (context) => {
        const { explainNumber } = await import('../commands/explain.ts');
        return explainNumber({ number, ...options }, context);
      }),
    );
}
