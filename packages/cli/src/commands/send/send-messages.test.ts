import { expect, test } from 'vitest';
import type { Call } from './caller.ts';
import { sendMessages } from './send-messages.ts';
import type { Followed } from './follow.ts';
import { createMessages } from './messages.ts';
import type { Result } from './result.ts';
import { until } from '../../../../../test/support/until.ts';

const taken = (id: string): Call => ({
  answer: { kind: 'answered', status: 200, body: JSON.stringify({ id }), durationMs: 5 },
});
const refused: Call = { answer: { kind: 'answered', status: 422, body: '{}', durationMs: 5 } };
const stopped: Followed = { kind: 'stopped', trace: undefined };

function setup(overrides: Partial<Parameters<typeof sendMessages>[0]> & { count?: number } = {}) {
  const { count = 3, ...rest } = overrides;
  const abort = new AbortController();
  let code = 0;
  const begun: string[] = [];
  const results: Result[] = [];
  const waiting: number[] = [];
  const sending = sendMessages({
    messages: createMessages({
      numbers: ['+14155550123'],
      count,
      template: '{code}',
      randomInt: () => code++,
    }),
    ratePerSecond: undefined,
    follow: async () => stopped,
    onAnswered: () => undefined,
    onResult: (result) => results.push(result),
    onWaiting: (left) => waiting.push(left),
    signal: abort.signal,
    ...rest,
    call: (message) => {
      begun.push(message.text);
      return rest.call?.(message) ?? Promise.resolve(taken(`msg_${message.text}`));
    },
  });
  return { sending, abort, begun, results, waiting };
}

test('a message is sent after the answer to the previous one, not after its outcome', async () => {
  const answers: (() => void)[] = [];
  const outcomes: (() => void)[] = [];
  const { sending, begun } = setup({
    count: 2,
    call: ({ text }) => new Promise((resolve) => answers.push(() => resolve(taken(text)))),
    follow: () => new Promise((resolve) => outcomes.push(() => resolve(stopped))),
  });

  expect(begun).toEqual(['000000']);
  answers[0]?.();
  await until(() => expect(begun).toEqual(['000000', '000001']));
  answers[1]?.();
  await until(() => expect(outcomes).toHaveLength(2));
  for (const settle of outcomes) settle();

  expect(await sending).toHaveLength(2);
});

test('with a rate, no message waits for answers', async () => {
  const answers: (() => void)[] = [];
  const { sending, begun } = setup({
    ratePerSecond: 1000,
    call: () => new Promise((resolve) => answers.push(() => resolve(refused))),
  });

  await until(() => expect(begun).toHaveLength(3));
  for (const settle of answers) settle();

  expect(await sending).toHaveLength(3);
});

test('a rate counts from the first message, so delays do not add up', async () => {
  const pauses: number[] = [];
  let clock = 1000;
  const pause = async (ms: number) => {
    pauses.push(ms);
    clock += ms + 10;
  };
  await setup({ count: 4, ratePerSecond: 20, now: () => clock, pause }).sending;

  expect(pauses).toEqual([50, 40, 40]);
});

test('accepted messages are followed by id, refused ones are not', async () => {
  const followed: string[] = [];
  const { sending } = setup({
    call: async ({ text }) => (text === '000001' ? refused : taken(`msg_${text}`)),
    follow: async (id) => {
      followed.push(id);
      return stopped;
    },
  });

  const results = await sending;

  expect(followed).toEqual(['msg_000000', 'msg_000002']);
  expect(results.map((result) => [result.number, result.followed])).toEqual([
    [1, stopped],
    [2, undefined],
    [3, stopped],
  ]);
});

test('an answer without an id cannot be followed', async () => {
  const answer = { kind: 'answered', status: 200, body: 'OK', durationMs: 1 } as const;
  const [result] = await setup({ count: 1, call: async () => ({ answer }) }).sending;

  expect(result?.followed).toEqual({ kind: 'not_followed', why: { kind: 'no_id' } });
});

test('each result is reported as it arrives', async () => {
  const { sending, results } = setup({
    ratePerSecond: 1000,
    follow: (id) => (id === 'msg_000000' ? new Promise(() => undefined) : Promise.resolve(stopped)),
  });
  void sending;

  await until(() => expect(results.map(({ number }) => number)).toEqual([2, 3]));
});

test('after a stop, no message is sent, and those without an answer are left out', async () => {
  const { sending, abort, begun } = setup({
    call: ({ text }) => (text === '000000' ? Promise.resolve(taken('msg_1')) : new Promise(() => undefined)),
  });
  await until(() => expect(begun).toHaveLength(2));
  abort.abort();

  expect((await sending).map(({ number }) => number)).toEqual([1]);
  expect(begun).toHaveLength(2);
});

test('a pause between two messages ends when stopped', async () => {
  const { sending, abort, results } = setup({ ratePerSecond: 0.001 });
  await until(() => expect(results).toHaveLength(1));
  abort.abort();

  expect(await sending).toHaveLength(1);
});

test('messages without an outcome are counted while it waits', async () => {
  const outcomes: (() => void)[] = [];
  const { sending, waiting } = setup({
    waitingAfterMs: 1,
    follow: (id) =>
      id === 'msg_000000'
        ? Promise.resolve(stopped)
        : new Promise((resolve) => outcomes.push(() => resolve(stopped))),
  });

  await until(() => expect(waiting).toEqual([2]));
  for (const settle of outcomes) settle();
  await sending;
});
