import type { Command } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

/** What tries out a carrier's SMPP account. */
export function declareSmppCommands(program: Command, run: Run): void {
  const smpp = program.command('smpp').summary("try out a carrier's SMPP account");
  smpp
    .command('probe')
    .summary('bind, and print what the message centre answers')
    .description(
      'Binds as the settings of the provider say, and prints every PDU in words, without password, text and whole numbers. With --to it sends one message, which the carrier bills. Reads what the worker reads (environment, GATEWAY_CONFIG), of this provider alone; PROVIDERS need not name it. docs/smpp.md says what the answers mean.',
    )
    .argument('<name>', 'provider: smpp, or smpp:carrierA for a bind of its own')
    .option('--to <number>', 'sends one message to this number, such as +4915112345678')
    .option('--text <text>', 'its text: no real code', 'Test message of the SMS gateway: 123456')
    .option('--wait <seconds>', 'waits so long for its delivery receipt', '30')
    .addHelpText('after', '\nEnds with 0 where the centre took everything, else with 1.')
    .action((name, options) =>
      run(async (context) => {
        const { probe } = await import('../commands/probe.ts');
        return probe({ name, ...options }, context);
      }),
    );
}
