import { parseArgs, type ParseArgsConfig } from 'node:util';

type Declared = NonNullable<ParseArgsConfig['options']>;
type Config<Options extends Declared> = { args: string[]; options: Options; allowPositionals: true };
type Read<Options extends Declared> = ReturnType<typeof parseArgs<Config<Options>>>;

/** Reads options and names. Returns what is wrong with them as a sentence, where something is. */
export function readOptions<const Options extends Declared>(
  args: string[],
  options: Options,
): Read<Options> | string {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Answers arguments that ask for `help`, or that something is wrong with. Returns the exit code. */
export function explainUsage(problem: string, usage: string): 0 | 2 {
  if (problem === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  process.stderr.write(`${problem}\n\n${usage}\n`);
  return 2;
}
