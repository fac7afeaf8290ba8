import type { DestinationStream } from 'pino';
import sonicBoom from 'sonic-boom';

/** PIPE_BUF of Linux (pipe(7)): a pipe takes so many bytes as a whole, or none of them. */
const ATOMIC_BYTES = 4096;
/** Of gathered lines, which are then written together. */
const GATHERED_BYTES = 3584;
/** Milliseconds for which a gathered line waits for others at most. */
const FLUSH_MS = 100;
/** Of lines that wait for a reader who stands still. Further lines are lost. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Milliseconds for which the end of the process waits for the reader. */
const EXIT_MS = 1000;

let stream: { write(bytes: Buffer): unknown; flush(done?: () => void): void } | undefined;

type StandardOutput = DestinationStream & {
  gather(this: void, line: string): void;
  flushed(): Promise<void>;
};

/** Standard output for log lines, which all of a process share, so that they stay whole and in their order. */
export const standardOutput: StandardOutput = {
  /** Writes a line at once. */
  write: (line) => {
    standardOutput.gather(line);
    stream?.flush();
  },
  /** Writes a line together with others, within 100 ms or when the process exits. */
  gather: (line) => void (stream ??= openStream()).write(Buffer.from(line)),
  /**
   * Resolves once all lines are written, or nobody reads them. An exit without it can write the last lines before those
   * that are being written.
   */
  flushed: () => new Promise((resolve) => (stream === undefined ? resolve() : stream.flush(() => resolve()))),
};

function openStream() {
  let retryUntilMs = Number.POSITIVE_INFINITY;
  const boom = new sonicBoom.SonicBoom({
    fd: process.stdout.fd,
    sync: false,
    // As text, each line would have all that wait measured again.
    contentMode: 'buffer',
    minLength: GATHERED_BYTES,
    maxWrite: ATOMIC_BYTES,
    maxLength: MAX_WAITING_BYTES,
    periodicFlush: FLUSH_MS,
    retryEAGAIN: () => Date.now() < retryUntilMs,
  });
  // Without a reader (EPIPE), or on a full disk, the service goes on without its log.
  boom.on('error', () => undefined);
  process.once('exit', () => {
    retryUntilMs = Date.now() + EXIT_MS;
    try {
      boom.flushSync();
    } catch {
      // Nobody reads any more.
    }
  });
  // Sound: in this mode it takes bytes (sonic-boom 5.0, writeBuffer), which its type does not say.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return boom as unknown as NonNullable<typeof stream>;
}
