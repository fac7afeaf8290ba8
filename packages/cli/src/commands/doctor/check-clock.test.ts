import { expect, test } from 'vitest';
import { checkClock, judgeClocks } from './check-clock.ts';

test('clocks within 5 s agree', () => {
  expect(
    judgeClocks([
      { owner: 'Redis', skewMs: 4_999 },
      { owner: 'the gateway', skewMs: -900 },
    ]),
  ).toMatchObject([{ status: 'ok', finding: 'this machine agrees with Redis, the gateway within 5 s' }]);
});

test.each([
  [5_000, 'warning', 'the clock of Redis is 5 s ahead of'],
  [-29_000, 'warning', 'the clock of Redis is 29 s behind'],
  [30_000, 'failed', 'the clock of Redis is 30 s ahead of'],
  [-3_600_000, 'failed', 'the clock of Redis is 3600 s behind'],
])('a difference of %i ms means %s', (skewMs, status, finding) => {
  expect(judgeClocks([{ owner: 'Redis', skewMs }])).toMatchObject([
    { status, finding: expect.stringContaining(finding) },
  ]);
});

test('with several processes behind one URL, the worst clock counts', () => {
  expect(
    judgeClocks([
      { owner: 'the gateway', skewMs: -100 },
      { owner: 'the gateway', skewMs: -40_000 },
      { owner: 'Redis', skewMs: 10 },
    ]),
  ).toMatchObject([{ status: 'failed', finding: expect.stringContaining('the gateway is 40 s behind') }]);
});

test('the clock of a gateway that refuses the token, as one far behind does, is compared too', async () => {
  const probe = { connection: 'default', url: '', secretNumber: 1, secretCount: 1 };
  const findings = await checkClock({
    redis: async () => undefined,
    providers: async () => [],
    probes: async () => [
      { ...probe, result: { kind: 'not_believed', detail: undefined, clockSkewMs: -45_000 } },
    ],
  });

  expect(findings).toMatchObject([
    { status: 'failed', finding: expect.stringContaining('the gateway is 45 s behind') },
  ]);
});

test("if all others differ, this machine's clock is wrong", () => {
  const [finding] = judgeClocks([
    { owner: 'Redis', skewMs: 60_000 },
    { owner: 'twilio', skewMs: 60_000 },
  ]);

  expect(finding?.advice).toContain("this machine's clock is wrong");
});

test('without an answer there is nothing to compare', () => {
  expect(judgeClocks([])).toMatchObject([{ status: 'skipped' }]);
});
