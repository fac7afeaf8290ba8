import type { Trace } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED as accepted, BEGUN as begun } from '../../../../../test/support/sample-trace.ts';
import type { Call } from './caller.ts';
import type { Followed } from './follow.ts';
import { createJsonOutput } from './json-output.ts';
import { createOneOutput } from './one-output.ts';
import type { OutputOptions } from './output.ts';
import { createSeveralOutput } from './several-output.ts';

const url = 'http://127.0.0.1:8080/v1/sms';
const recipient = '+14155550123';

const underWay: Trace = { ...accepted, attempts: [begun] };
const sent: Trace = {
  ...accepted,
  attempts: [{ ...begun, result: 'accepted', concludedAt: 1025 }],
  outcome: 'sent',
  outcomeAt: 1026,
  reason: 'accepted',
};
const followed: Followed = { kind: 'concluded', outcome: 'sent', trace: sent };
const lost: Followed = { kind: 'not_followed', why: { kind: 'unreachable', code: 'ECONNREFUSED' } };

const taken = {
  answer: { kind: 'answered', status: 200, body: '{"id":"msg_1","status":"queued"}', durationMs: 9 },
} satisfies Call;
const refused = {
  answer: { kind: 'answered', status: 422, body: '{"detail":"Not possible."}', durationMs: 3 },
} satisfies Call;

function setup<Output>(create: (options: OutputOptions) => Output, { count = 1 } = {}) {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  return { output: create({ write, url, count, isSignedWithDevSecret: true }), written };
}

test('one message is shown step by step, each step once and when its result is known', () => {
  const { output, written } = setup(createOneOutput);
  const said = () => written.splice(0).join('');

  output.answered(taken);
  expect(said()).toContain('200, the code is on its way\n');
  output.progressed(accepted);
  expect(said()).toBe('    +0 ms  accepted   HTTP 200 in 9 ms\n');
  output.progressed(underWay);
  expect(said()).toBe('');
  output.progressed(sent);
  output.concluded({ number: 1, recipient, call: taken, followed });
  expect(said()).toBe('   +20 ms  attempt 1  console: accepted in 5 ms\n   +26 ms  sent\n');
});

test.each<[Followed, string]>([
  [{ kind: 'no_outcome', trace: underWay }, 'Is a worker running?'],
  [{ kind: 'stopped', trace: underWay }, 'Stopped before the outcome.'],
  [lost, 'Not followed: Redis does not answer (ECONNREFUSED). Set REDIS_URL'],
  [{ kind: 'not_followed', why: { kind: 'no_redis' } }, 'set REDIS_URL'],
  [{ kind: 'not_followed', why: { kind: 'not_wanted' } }, '--no-follow'],
  [{ kind: 'not_followed', why: { kind: 'not_known' } }, 'does not have the message'],
])('one message without an outcome says why there is none: %o', (without, sentence) => {
  const { output, written } = setup(createOneOutput);

  output.concluded({ number: 1, recipient, call: taken, followed: without });

  expect(written.at(-1)).toContain(sentence);
});

test('one message that was stopped before its answer says so', () => {
  const { output, written } = setup(createOneOutput);

  output.end([], 1);

  expect(written).toEqual(['Stopped before there was an answer.\n']);
});

test('several messages are a line each, and reasons follow once, after the summary', () => {
  const { output, written } = setup((options) => createSeveralOutput({ ...options, as: 'gateway' }), {
    count: 4,
  });
  const results = [
    { number: 1, recipient, call: taken, followed },
    { number: 2, recipient: '+1', call: refused, followed: undefined },
    { number: 3, recipient, call: taken, followed: lost },
    { number: 4, recipient, call: taken, followed: lost },
  ];
  for (const result of results) output.concluded(result);
  output.end(results, 2000);

  expect(written.join('')).toBe(
    [
      `POST ${url}`,
      '1  +1…23      200 after 9 ms  console accepted → sent, 26 ms',
      '2  no number  422 after 3 ms  Not possible.',
      '3  +1…23      200 after 9 ms',
      '4  +1…23      200 after 9 ms',
      '',
      '4 messages in 2.0 s',
      'Answers:         200 × 3, 422 × 1',
      'Outcomes:        sent × 1, not followed × 2',
      'Accept to sent:  min 26 ms, median 26 ms, max 26 ms',
      'Not followed: Redis does not answer (ECONNREFUSED). Set REDIS_URL to the Redis of that gateway.',
      '',
    ].join('\n'),
  );
});

test('for several messages with a wrong secret, one hint says where the right one may be', () => {
  const { output, written } = setup((options) => createSeveralOutput({ ...options, as: 'gateway' }), {
    count: 2,
  });
  const call = { answer: { kind: 'answered', status: 401, body: '', durationMs: 1 } } satisfies Call;
  output.end(
    [1, 2].map((number) => ({ number, recipient, call, followed: undefined })),
    1,
  );

  expect(written.join('').match(/its own AUTH0_SECRET/g)).toHaveLength(1);
});

test('for several messages by the Action, each line says how it ended', () => {
  const { output, written } = setup((options) => createSeveralOutput({ ...options, as: 'action' }), {
    count: 2,
  });
  const end = { kind: 'dropped', reason: 'gateway 422' } as const;
  const action = { end, logged: [], answers: [], durationMs: 3 };

  output.concluded({ number: 1, recipient, call: { ...refused, action }, followed: undefined });

  expect(written).toEqual([
    `POST ${url}, by the custom phone provider Action\n`,
    '1  +1…23      422 after 3 ms  the Action dropped (gateway 422)  Not possible.\n',
  ]);
});

test('the JSON of one message is one object with its id and trace', () => {
  const { output, written } = setup(createJsonOutput);
  output.answered(taken);
  output.progressed(sent);
  output.end([{ number: 1, recipient, call: taken, followed }], 1);

  expect(written).toHaveLength(1);
  expect(JSON.parse(written.join(''))).toMatchObject({
    url,
    gateway: { status: 200, body: { id: 'msg_1' } },
    auth0: { status: 200 },
    id: 'msg_1',
    trace: { outcome: 'sent', attempts: [{ provider: 'console' }] },
  });
});

test('the JSON of a message that could not be followed has no trace and says why', () => {
  const { output, written } = setup(createJsonOutput);
  output.end([{ number: 1, recipient, call: taken, followed: lost }], 1);

  expect(JSON.parse(written.join(''))).toMatchObject({
    id: 'msg_1',
    trace: null,
    notFollowed: expect.stringContaining('ECONNREFUSED') as string,
  });
});

test('the JSON of one message that was stopped before its answer keeps its fields', () => {
  const { output, written } = setup(createJsonOutput);
  output.end([], 1);

  expect(JSON.parse(written.join(''))).toEqual({ url, gateway: null, auth0: null, id: null, trace: null });
});

test('the JSON of several messages holds them and a summary, and no whole number', () => {
  const { output, written } = setup(createJsonOutput, { count: 2 });
  const results = [
    { number: 1, recipient, call: taken, followed },
    { number: 2, recipient, call: refused, followed: undefined },
  ];
  output.end(results, 5);

  expect(JSON.parse(written.join(''))).toMatchObject({
    url,
    messages: [
      { number: 1, recipient: '+1…23', id: 'msg_1', trace: { outcome: 'sent' } },
      {
        number: 2,
        recipient: '+1…23',
        gateway: { status: 422 },
        auth0: { status: 400 },
        id: null,
        trace: null,
      },
    ],
    summary: {
      count: 2,
      durationMs: 5,
      answers: { 200: 1, 422: 1 },
      outcomes: { sent: 1 },
      acceptToSentMs: { min: 26, median: 26, max: 26 },
    },
  });
  expect(written.join('')).not.toContain(recipient);
});
