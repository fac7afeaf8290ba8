import type { CommandContext, CommandResult } from '../commands/command.ts';

/** Runs what was asked for, and keeps its result for the program. */
export type Run = (
  work: (context: CommandContext) => CommandResult | Promise<CommandResult>,
) => Promise<void>;
