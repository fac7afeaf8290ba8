import { expect, test } from 'vitest';
import { parseSendOptions } from './options.ts';

function given(...args: string[]) {
  const parsed = parseSendOptions(args);
  if (parsed.kind !== 'given') throw new Error(`not taken: ${JSON.stringify(parsed)}`);
  return parsed.options;
}

test('a number alone is one message, played as the legacy call and followed', () => {
  expect(given('+14155550123')).toEqual({
    as: 'gateway',
    numbers: ['+14155550123'],
    count: 1,
    ratePerSecond: undefined,
    url: undefined,
    connection: undefined,
    text: undefined,
    isFollowed: true,
    isJson: false,
  });
});

test('every option is taken', () => {
  const args = '--as action --count 20 --rate 2.5 --url http://x/ --connection acme --no-follow --json';

  expect(given('+14155550123', '+14155550124', '--text', 'Code: {code}', ...args.split(' '))).toEqual({
    as: 'action',
    numbers: ['+14155550123', '+14155550124'],
    count: 20,
    ratePerSecond: 2.5,
    url: 'http://x/',
    connection: 'acme',
    text: 'Code: {code}',
    isFollowed: false,
    isJson: true,
  });
});

test('without a count there is a message for each number', () => {
  expect(given('+14155550123', '+14155550124').count).toBe(2);
});

test('a single text may do without a place for the code, and a single number without a plus sign', () => {
  expect(given('0151 12345678', '--text', 'Hello')).toMatchObject({ text: 'Hello', count: 1 });
});

test.each([
  [[], 'The number is missing.'],
  [['+1', '415', '555'], 'needs quotes'],
  [['+1', '--as', 'other'], '--as is gateway or action.'],
  [['+1', '--count', 'abc'], '--count is a whole number from 1 to 1000.'],
  [['+1', '--count', '0'], '--count is'],
  [['+1', '--count', '1.5'], '--count is'],
  [['+1', '--count', '1001'], '--count is'],
  [['+1', '+2', '--count', '1'], 'less than the numbers'],
  [['+1', '--rate', '0'], '--rate is a number above 0'],
  [['+1', '--rate', '0.0'], '--rate is'],
  [['+1', '--rate', 'fast'], '--rate is'],
  [['+1', '--rate', '1001'], '--rate is'],
  [['+1', '--connection', '../sms'], '--connection is a name'],
  [['+1', '--text', ''], '--text is empty.'],
  [['+1', '--text', 'Hello', '--count', '2'], '--text needs {code}'],
  [['+1', '+2', '--text', 'Hello'], '--text needs {code}'],
  [['+1', '--nonsense'], "Unknown option '--nonsense'"],
  [['+1', '--count'], '--count <value>'],
])('%j is wrong, and it is said why', (args, problem) => {
  expect(parseSendOptions(args)).toEqual({
    kind: 'wrong',
    problem: expect.stringContaining(problem) as string,
  });
});

test('help is told apart from a mistake', () => {
  expect(parseSendOptions(['--help'])).toEqual({ kind: 'help' });
});
