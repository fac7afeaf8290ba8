import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createEventLog } from './event-log.ts';
import { createLogger } from './logger.ts';

function setup(level = 'info') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'ingress', level, destination });
  const log = createEventLog({ logger, service: 'ingress', destination, now: () => 1_764_300_000_000 });
  return { log, logger, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line is what the logger writes', () => {
  const { log, logger, lines } = setup();
  const fields = {
    connection: 'a "b"\n',
    status: 200,
    durationMs: 1.5,
    isRepeat: false,
    messageId: undefined,
  };
  log('request.completed', fields);
  logger.info(fields, 'request.completed');
  const [ours, pinos] = lines();
  expect({ ...ours, time: '' }).toEqual({ ...pinos, time: '' });
  expect(ours?.['time']).toBe('2025-11-28T03:20:00.000Z');
});

test.each([
  ['a field that is not of the event', { token: 'eyJ' }],
  ['a field with something in it', { connection: { secret: 'x' } }],
])('%s goes through the redacting logger', (_title, fields) => {
  const { log, lines } = setup();
  log('request.completed', { status: 200, ...fields });
  expect(lines()).toMatchObject([{ status: 200, msg: 'request.completed' }]);
  expect(JSON.stringify(lines())).not.toMatch(/eyJ|"x"/);
});

test('further fields are part of the line, and are redacted in the same way', () => {
  const { log, lines } = setup();
  log('request.completed', { messageId: 'msg_1' }, { status: 200 });
  log('request.completed', { messageId: 'msg_1' }, { token: 'eyJ' });
  expect(lines()).toMatchObject([{ messageId: 'msg_1', status: 200 }, { messageId: 'msg_1' }]);
  expect(JSON.stringify(lines())).not.toContain('eyJ');
});

test('nothing is logged where the level is higher', () => {
  const { log, lines } = setup('warn');
  log('request.completed', { status: 200 });
  expect(lines()).toEqual([]);
});

test('every line has its own time', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'ingress', level: 'info', destination });
  let nowMs = 1_764_300_000_000;
  const log = createEventLog({ logger, service: 'ingress', destination, now: () => nowMs });
  for (const stepMs of [0, 0, 1]) {
    nowMs += stepMs;
    log('request.completed', { status: 200 });
  }
  expect(lines.map((line) => (JSON.parse(line) as { time: string }).time)).toEqual([
    '2025-11-28T03:20:00.000Z',
    '2025-11-28T03:20:00.000Z',
    '2025-11-28T03:20:00.001Z',
  ]);
});

/** What a program imports to log. */
const built = (file: string) => JSON.stringify(fileURLToPath(new URL(`../dist/${file}.js`, import.meta.url)));

// Elsewhere fewer bytes are written as a whole: 512 on macOS.
test.runIf(process.platform === 'linux')(
  'lines of the logger and of the event log do not mix in a pipe that is read slowly',
  () => {
    const program = `
    import { createEventLog } from ${built('event-log')};
    import { createLogger } from ${built('logger')};
    const logger = createLogger({ service: 'ingress', level: 'info' });
    const log = createEventLog({ logger, service: 'ingress', now: Date.now });
    let n = 0;
    (function more() {
      for (const until = n + 50; n < until; n += 1) {
        log('request.completed', { status: n, connection: 'é'.repeat(30) });
        if (n % 7 === 0) logger.info('x'.repeat(100));
      }
      if (n < 2000) setImmediate(more);
    })();
  `;
    const reader = `
    const bytes = Buffer.alloc(3000);
    (function more() {
      const length = fs.readSync(0, bytes);
      fs.writeSync(1, bytes, 0, length);
      if (length > 0) setTimeout(more, 1);
    })();
  `;
    // Through a shell, because what Node opens between processes is a socket.
    const { stdout } = spawnSync(
      'sh',
      ['-c', '"$0" --input-type=module -e "$1" | "$0" -e "$2"', process.execPath, program, reader],
      { encoding: 'utf8', maxBuffer: 10_000_000 },
    );
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status?: number; connection?: string })
      .filter(({ status }) => status !== undefined);
    expect(events.map(({ status }) => status)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
    expect(events[0]?.connection).toBe('é'.repeat(30));
  },
);

test.each([
  ['exits', 'process.exit(3)'],
  ['fails', "setImmediate(() => { throw new Error('it broke') })"],
])('lines that wait are written when the process %s', (_title, end) => {
  const program = `
    import { createEventLog } from ${built('event-log')};
    const logger = { isLevelEnabled: () => true, info: () => {} };
    const log = createEventLog({ logger, service: 'ingress', now: Date.now });
    for (let n = 0; n < 3; n += 1) log('request.completed', { status: 200 + n });
    ${end};
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { status: number }).status),
  ).toEqual([200, 201, 202]);
});
