import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function setup(level = 'info') {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ service: 'ingress', level, destination });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

function providerError() {
  return Object.assign(new Error('no route to +14155550100'), {
    code: 'ECONNRESET',
    config: { auth: 'canary', data: 'Your code is 123456' },
  });
}

test('writes JSON lines with the level by name, the time in ISO 8601 and the service', () => {
  const { logger, last } = setup();

  logger.info({ status: 200 }, 'request.completed');

  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: 'ingress',
    status: 200,
    msg: 'request.completed',
  });
});

test('writes nothing below its level', () => {
  const { logger, lines } = setup('warn');

  logger.info('x');

  expect(lines).toEqual([]);
});

test.each(['recipient', 'to', 'body', 'text', 'code', 'authorization', 'secret', 'token', 'password'])(
  'redacts %s on the first and the second level, and as a binding of a child',
  (key) => {
    const { logger, lines } = setup();

    logger.child({ [key]: 'canary' }).info({ [key]: 'canary', request: { [key]: 'canary' } }, 'x');
    logger.info({ req: { headers: { authorization: 'canary' } }, headers: { authorization: 'canary' } }, 'x');

    expect(lines.join('')).not.toContain('canary');
    expect(lines).toHaveLength(2);
  },
);

test.each([
  'smpp_0x0e',
  'connect_refused',
  'http_503',
  'ECONNREFUSED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ESME_RINVPASWD',
  'EAI_AGAIN',
])('shows the error code %s under the name code', (code) => {
  const { logger, last } = setup();

  logger.child({ code }).error({ event: { code } }, 'bind.failed');

  expect(last()).toMatchObject({ code, event: { code } });
});

test.each(['493817', 493817, 'X7K9P2', 'EKLMNO', 'abcdef', 'AB-1234', 'code_', '_123456', 'a_ 123456'])(
  'shows no code %j that may be a one-time code',
  (code) => {
    const { logger, last } = setup();

    logger.info({ code, event: { code } }, 'x');

    expect(last()).toMatchObject({ code: '[redacted]', event: { code: '[redacted]' } });
  },
);

test.each([
  ['alone', (logger: ReturnType<typeof createLogger>) => logger.error(providerError())],
  [
    'alone with a message',
    (logger: ReturnType<typeof createLogger>) => logger.error(providerError(), 'failed'),
  ],
  ['as err', (logger: ReturnType<typeof createLogger>) => logger.error({ err: providerError() })],
  [
    'as err with a message',
    (logger: ReturnType<typeof createLogger>) => logger.error({ err: providerError() }, 'failed'),
  ],
  [
    'under any key',
    (logger: ReturnType<typeof createLogger>) => logger.error({ reason: providerError() }, 'failed'),
  ],
  [
    'as a binding',
    (logger: ReturnType<typeof createLogger>) => logger.child({ err: providerError() }).error('failed'),
  ],
])('reduces an error given %s to what is safe', (_how, log) => {
  const { logger, lines } = setup();

  log(logger);

  const text = lines.join('');
  expect(text).toContain('ECONNRESET');
  expect(text).toContain('no route to +[digits]');
  expect(text).not.toMatch(/canary|4155550100|123456/);
});
