import type { Writable } from 'node:stream';
import { CommanderError } from '@commander-js/extra-typings';
import { asTypedHere, type CommandResult, createPaint, EX_USAGE } from './commands/command.ts';
import { Cancelled, createDialogue } from './commands/dialogue.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';
import { secretInArguments } from './secret-in-arguments.ts';
import { WrongUse } from './wrong-use.ts';

/** Commands with their own exit code for wrong arguments; the others use that of sysexits.h. */
const WRONG_USE_EXIT_CODES: Record<string, number> = { send: 2, why: 2 };

/** Runs one command of `npm run gateway` and resolves with its exit code. */
export async function dispatch(args: string[], env: NodeJS.ProcessEnv, io: Io): Promise<number> {
  const { exitCode, output, report = '', remark = '' } = await resultOf(args, env, io);
  await write(io.stdout, asTypedHere(report + (exitCode === 0 ? output : ''), env));
  await write(io.stderr, asTypedHere((exitCode === 0 ? '' : output) + remark, env));
  return exitCode;
}

async function resultOf(args: string[], env: NodeJS.ProcessEnv, io: Io): Promise<CommandResult> {
  // https://no-color.org: any value but an empty one.
  const paint = createPaint(io.stdout.isTTY === true && !env['NO_COLOR']);
  const dialogue = createDialogue({
    input: io.stdin,
    output: io.stderr,
    asTyped: (text) => asTypedHere(text, env),
  });
  const { parse, help } = createProgram({ env, io, paint, dialogue });
  const wrongUse = (problem: string, usage: string): CommandResult => ({
    exitCode: WRONG_USE_EXIT_CODES[args[0] ?? ''] ?? EX_USAGE,
    output: [problem, usage].filter((part) => part !== '').join('\n\n'),
  });
  try {
    const secret = secretInArguments(args);
    if (secret !== undefined) throw new WrongUse(secret);
    return await parse(args);
  } catch (error) {
    if (error instanceof WrongUse) return wrongUse(error.message, help());
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? { exitCode: 0, output: help() } : wrongUse('', help());
    }
    // 128 plus the number of SIGINT, as in shells.
    if (error instanceof Cancelled) return { exitCode: 130, output: 'Stopped; nothing more was changed.\n' };
    throw error;
  }
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === '') resolve();
    else stream.write(text, () => resolve());
  });
}
