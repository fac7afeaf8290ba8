import { expect, test } from 'vitest';
import { WrongUse } from '../../wrong-use.ts';
import { readSendOptions } from './options.ts';

type Given = Parameters<typeof readSendOptions>[0];

const read = (numbers: string[], given: Partial<Given> = {}) =>
  readSendOptions({ numbers, as: 'gateway', follow: true, ...given });

test('a number alone is one message, sent as the legacy call and followed', () => {
  expect(read(['+14155550123'])).toEqual({
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

test('every option is read', () => {
  const given: Partial<Given> = {
    as: 'action',
    count: '20',
    rate: '2.5',
    url: 'http://x/',
    connection: 'acme',
    text: 'Code: {code}',
    follow: false,
    json: true,
  };

  expect(read(['+14155550123', '+14155550124'], given)).toEqual({
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
  expect(read(['+14155550123', '+14155550124']).count).toBe(2);
});

test('a single text may lack the placeholder, and a single number the plus sign', () => {
  expect(read(['0151 12345678'], { text: 'Hello' })).toMatchObject({ text: 'Hello', count: 1 });
});

test.each<[string[], Partial<Given>, string]>([
  [[], {}, 'The number is missing.'],
  [['+1', '415', '555'], {}, 'in quotes'],
  [['+1'], { count: 'abc' }, '--count must be a whole number from 1 to 1000.'],
  [['+1'], { count: '0' }, '--count must be'],
  [['+1'], { count: '1.5' }, '--count must be'],
  [['+1'], { count: '1001' }, '--count must be'],
  [['+1', '+2'], { count: '1' }, 'less than the number of recipients'],
  [['+1'], { rate: '0' }, 'above 0 and at most 1000'],
  [['+1'], { rate: '0.0' }, '--rate must be'],
  [['+1'], { rate: 'fast' }, '--rate must be'],
  [['+1'], { rate: '1001' }, '--rate must be'],
  [['+1'], { connection: '../sms' }, '--connection must be a name'],
  [['+1'], { text: '' }, '--text is empty.'],
  [['+1'], { text: 'Hello', count: '2' }, '--text needs {code}'],
  [['+1', '+2'], { text: 'Hello' }, '--text needs {code}'],
])('%j with %j is refused with the reason', (numbers, given, problem) => {
  expect(() => read(numbers, given)).toThrow(WrongUse);
  expect(() => read(numbers, given)).toThrow(problem);
});
