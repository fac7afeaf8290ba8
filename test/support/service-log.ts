import { EventEmitter, once } from 'node:events';

export type LogLine = { msg: string; level: string } & Record<string, unknown>;

/** What a service writes, as a whole and as its JSON lines. */
export function createServiceLog(service: string) {
  const changes = new EventEmitter().setMaxListeners(0);
  let written = '';
  let isOver = false;

  function logLines(): LogLine[] {
    return written
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  return {
    write(this: void, text: string): void {
      written += text;
      changes.emit('change');
    },
    /** Nothing more is to come. */
    end(): void {
      isOver = true;
      changes.emit('change');
    },
    /** Everything that the service wrote, both streams of a process. */
    output: () => written,
    logLines,
    /** Resolves with the first line, past or to come, of this event that fits. */
    async untilLog(event: string, fits: (line: LogLine) => boolean = () => true): Promise<LogLine> {
      for (;;) {
        const found = logLines().find((line) => line.msg === event && fits(line));
        if (found) return found;
        if (isOver) throw new Error(`no ${event} from ${service}:\n${written}`);
        await once(changes, 'change');
      }
    },
  };
}
