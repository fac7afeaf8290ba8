import { styleText } from 'node:util';
import type { Io } from '../io.ts';
import type { Dialogue } from './dialogue.ts';

/** Colours text; returns it unchanged if the output is not a terminal. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** The result of one command. */
export type CommandResult = {
  /** As in sysexits.h. */
  exitCode: number;
  /** For standard output, or standard error if the exit code is not 0. */
  output: string;
  /** For standard output with any exit code: what a program reads. */
  report?: string;
  /** A remark for people, for standard error. */
  remark?: string;
};

export type CommandContext = { env: NodeJS.ProcessEnv; io: Io; paint: Paint; dialogue: Dialogue };

export const EX_USAGE = 64;
export const EX_DATAERR = 65;
export const EX_UNAVAILABLE = 69;
export const EX_TEMPFAIL = 75;
export const EX_NOPERM = 77;
export const EX_CONFIG = 78;

export function createPaint(isColoured: boolean): Paint {
  return isColoured ? (style, text) => styleText(style, text) : (_style, text) => text;
}

/**
 * A text with its commands as they are typed in this environment: `GATEWAY_COMMAND` replaces `npm run gateway --` where
 * there is no npm, such as `docker compose run --rm gateway` for a container.
 */
export function asTypedHere(text: string, env: NodeJS.ProcessEnv): string {
  const command = env['GATEWAY_COMMAND'];
  if (!command) return text;
  return text.replaceAll('npm run gateway --', command).replaceAll('npm run send --', `${command} send`);
}
