import type { CommandContext, CommandResult } from '../commands/command.ts';

/** Runs a command, and keeps its result for the program. */
export type Run = (
  work: (context: CommandContext) => CommandResult | Promise<CommandResult>,
) => Promise<void>;
