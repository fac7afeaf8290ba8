import type { Command } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

const DESTINATION = 'the beginning of numbers (+88, +4915; 7 digits at most), a country (BD), or all';

/** Commands that block destinations, and show the state of screening. */
export function declareScreeningCommands(program: Command, run: Run): void {
  program
    .command('block')
    .summary('stop all messages to a destination, at once and everywhere')
    .description(
      'Stops all messages to a destination at once, in every process that shares this Redis: new ones are answered 403, and those in the queue fail. It also applies with SCREENING=record or off.',
    )
    .argument('<destination>', DESTINATION)
    .option('--for <duration>', 'how long, such as 30m, 6h or 2d (default: until it is unblocked)')
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
    .summary('the state of every screening rule for a number, and what a code would get now')
    .description(
      'Shows the state of every screening rule for a number, and what would happen to a code now. Counts and changes nothing. Uses the settings of the ingress (environment, GATEWAY_CONFIG), payload keys included, because counters are stored under keyed hashes.',
    )
    .argument('<number>', 'recipient, such as +14155550123')
    .option(
      '--ip <address>',
      'IP address of the user, as the caller would send it; without it, the rules for addresses are skipped',
    )
    .option('--connection <name>', 'connection that accepts the message', 'default')
    .option('--text <text>', 'text of the message, which determines its segments', 'Your code is 123456')
    .option('--json', 'one JSON object instead of text')
    .action((number, options) =>
      run(async (context) => {
        const { explainNumber } = await import('../commands/explain.ts');
        return explainNumber({ number, ...options }, context);
      }),
    );
}
