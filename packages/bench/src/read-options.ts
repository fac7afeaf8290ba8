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
