import type { Command } from '@commander-js/extra-typings';
import type { Run } from './run.ts';

/** Commands that test a carrier's SMPP account. */
export function declareSmppCommands(program: Command, run: Run): void {
  const smpp = program.command('smpp').summary("test a carrier's SMPP account");
  smpp
    .command('probe')
    .summary('bind, and print what the SMSC answers')
    .description(
      'Binds with the settings of the provider, and prints every PDU in words, without password, text and whole numbers. With --to it sends one message, which the carrier bills. Uses the settings of this provider (environment, GATEWAY_CONFIG); PROVIDERS need not name it. docs/smpp.md explains the answers.',
    )
    .argument('<name>', 'provider: smpp, or smpp:carrierA for another bind')
    .option('--to <number>', 'send one message to this number, such as +4915112345678')
    .option('--text <text>', 'its text; do not use a real code', 'Test message of the SMS gateway: 123456')
    .option('--wait <seconds>', 'how long to wait for its delivery receipt', '30')
    .addHelpText('after', '\nExit code: 0 if the SMSC accepted everything, 1 otherwise.')
    .action((name, options) =>
      run(async (context) => {
        const { probe } = await import('../commands/probe.ts');
        return probe({ name, ...options }, context);
      }),
    );
}
