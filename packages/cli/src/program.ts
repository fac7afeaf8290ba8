import { Argument, Command, type CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CommandContext, CommandResult } from './commands/command.ts';
import { declareAuth0Commands } from './declarations/auth0-commands.ts';
import { declareInspectionCommands } from './declarations/inspection-commands.ts';
import { declareLocalCommands } from './declarations/local-commands.ts';
import { declareScreeningCommands } from './declarations/screening-commands.ts';
import { declareSmppCommands } from './declarations/smpp-commands.ts';
import type { Run } from './declarations/run.ts';
import { repositoryRoot } from './repository.ts';
import { WrongUse } from './wrong-use.ts';

export type Program = {
  /** @throws {WrongUse | CommanderError} the latter for a request for help, or no arguments. */
  parse: (args: string[]) => Promise<CommandResult>;
  /** Help for the command that was parsed last, or for all commands. */
  help: () => string;
};

/**
 * Declares every command: its arguments, options and help. Its code is loaded when it runs, by `execute`.
 */
export function createProgram(
  context: CommandContext,
  execute: (work: Parameters<Run>[0]) => ReturnType<Parameters<Run>[0]> = (work) => work(context),
): Program {
  let current: CommandUnknownOpts | undefined;
  let result: CommandResult = { exitCode: 0, output: '' };
  const program = new Command('npm run gateway --')
    .description('Commands to run, inspect and connect the gateway.')
    .usage('COMMAND [arguments]')
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined })
    .configureHelp({
      helpWidth: context.io.stdout.columns ?? 120,
      sortSubcommands: true,
      subcommandTerm: (command) => command.name(),
    })
    .addHelpText('after', '\nRun npm run gateway -- COMMAND --help for details.');
  const run: Run = async (work) => {
    result = await execute(work);
  };
  declareInspectionCommands(program, run);
  declareScreeningCommands(program, run);
  declareAuth0Commands(program, run);
  declareLocalCommands(program, run);
  declareSmppCommands(program, run);
  program
    .command('completion')
    .summary('complete commands and options in a shell')
    .description(
      'Prints a script that completes `gateway` in a shell. In bash: source <(npm run --silent gateway -- completion bash)',
    )
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'] as const))
    .action((shell) =>
      run(async () => {
        const { completionScript } = await import('./commands/completion.ts');
        return completionScript(shell, program, repositoryRoot);
      }),
    );
  program.hook('preAction', (_program, command) => void (current = command));
  forEachCommand(program, (command) => {
    command.exitOverride((error) => {
      current = command;
      if (error.code === 'commander.help' || error.exitCode === 0) throw error;
      throw new WrongUse(problemOf(error, command));
    });
  });
  return {
    parse: async (args) => {
      await program.parseAsync(args, { from: 'user' });
      return result;
    },
    help: () => helpOf(current ?? program),
  };
}

export function forEachCommand(
  command: CommandUnknownOpts,
  visit: (command: CommandUnknownOpts) => void,
): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}

/** With the texts that `addHelpText` adds, which `helpInformation` leaves out. */
function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return `${text.trimEnd()}\n`;
}

/** Commander's message as a full sentence, with its suggestion if it has one. */
function problemOf({ code, message }: CommanderError, command: CommandUnknownOpts): string {
  const [sentence = '', suggestion = ''] = message.replace(/^error: /, '').split('\n');
  const [, name = ''] = /'(.*)'/.exec(sentence) ?? [];
  const [argument] = command.registeredArguments;
  const hint = suggestion === '' ? '' : ` ${suggestion.replace(/^\((.*)\)$/, '$1')}`;
  switch (code) {
    case 'commander.missingArgument':
      return `The ${name} is missing.`;
    case 'commander.unknownCommand':
      return `There is no ${command.parent ? 'subcommand' : 'command'} ${JSON.stringify(name)}.${hint}`;
    case 'commander.excessArguments':
      return argument === undefined
        ? `${command.name()} takes no arguments.`
        : `Only one ${argument.name()} at a time; put one with spaces in quotes.`;
    default:
      return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.${hint}`.replace(/\.\.$/, '.');
  }
}
