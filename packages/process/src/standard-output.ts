import { destination } from 'pino';

/** PIPE_BUF of Linux (pipe(7)): a pipe takes so many bytes as a whole, or none of them. */
const ATOMIC_BYTES = 4096;

/**
 * A stream of log lines to standard output. A process has several: what one of them writes never lands inside a line of
 * another, as long as no line is longer than 4096 bytes.
 */
export function openStandardOutput(options: Options = {}): ReturnType<typeof destination> {
  return destination({ ...options, dest: process.stdout.fd, sync: false, maxWrite: ATOMIC_BYTES });
}

type Options = { minLength?: number; periodicFlush?: number; contentMode?: 'buffer' };
