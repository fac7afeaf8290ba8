import { createLogger } from '@sms-gateway/process';
import { expect, test } from 'vitest';
import { createRefusalLog } from './refusal-log.ts';

function setup() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const closers: (() => void)[] = [];
  const log = createRefusalLog({ logger, after: (_ms, callback) => void closers.push(callback) });
  return {
    refuse: (count: number, problem: string) =>
      Array.from({ length: count }, () => log.takes(problem)).filter(Boolean).length,
    endSecond: () => closers.shift()?.(),
    lines: () => lines.map((line) => JSON.parse(line) as unknown),
  };
}

test('few refusals are all logged, and nothing is added', () => {
  const { refuse, endSecond, lines } = setup();

  expect(refuse(20, 'unauthenticated')).toBe(20);
  endSecond();

  expect(lines()).toEqual([]);
});

test('of a flood the first are logged, and the rest is told by number', () => {
  const { refuse, endSecond, lines } = setup();

  expect(refuse(5000, 'unauthenticated')).toBe(20);
  expect(refuse(3, 'not_found')).toBe(0);
  endSecond();

  expect(lines()).toMatchObject([
    { msg: 'request.refusals_unlogged', problems: { unauthenticated: 4980, not_found: 3 } },
  ]);
});

test('every second has its lines', () => {
  const { refuse, endSecond, lines } = setup();
  refuse(30, 'unauthenticated');
  endSecond();

  expect(refuse(30, 'unauthenticated')).toBe(20);
  endSecond();

  expect(lines()).toHaveLength(2);
});
