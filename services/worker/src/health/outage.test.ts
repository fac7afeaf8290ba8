import type { SendResult } from '@sms-gateway/providers';
import { expect, test } from 'vitest';
import { decide, type Facts } from '../decide.ts';
import { createHealth } from './create-health.ts';

const STARTED_AT = 1_000_000;
const DEADLINE = STARTED_AT + 180_000;

type Message = { dueAt: number; attempts: Facts['attempts']; hasWaited: boolean };

/** Messages whose only provider is away for a while, on a clock that jumps to whatever is due next. */
async function simulate({ messages, downForMs }: { messages: number; downForMs: number }) {
  const clock = { now: STARTED_AT };
  const health = createHealth({
    providers: [{ name: 'twilio' }],
    rateLimits: {},
    rateLimit: { take: async () => ({ granted: true }) },
    now: () => clock.now,
    random: () => 0.5,
  });
  const waiting: Message[] = Array.from({ length: messages }, () => ({
    dueAt: STARTED_AT,
    attempts: [],
    hasWaited: false,
  }));
  const ends: { outcome: string; reason: string; at: number }[] = [];
  const circuits = new Set<string>();

  for (;;) {
    const [message] = waiting.toSorted((a, b) => a.dueAt - b.dueAt);
    if (message === undefined) return { ends, circuits };
    clock.now = Math.max(clock.now, message.dueAt);
    const decision = decide(
      {
        now: clock.now,
        deadline: DEADLINE,
        isNewest: true,
        isBlocked: false,
        payload: 'present',
        attempts: message.attempts,
        providers: [{ name: 'twilio', availableAt: health.availableAt('twilio') }],
        answering: [],
        onUnknown: 'resend',
        hasWaited: message.hasWaited,
      },
      () => 0.5,
    );
    if (decision.kind === 'conclude') {
      ends.push({ outcome: decision.outcome, reason: decision.reason, at: clock.now });
      waiting.splice(waiting.indexOf(message), 1);
    } else if (decision.kind === 'wait') {
      message.dueAt = clock.now + decision.delayMs;
      message.hasWaited = true;
    } else {
      const permit = await health.acquire('twilio');
      if (permit === undefined) continue;
      const result: SendResult =
        clock.now < STARTED_AT + downForMs
          ? { kind: 'transient', code: 'refused', retryAfterMs: undefined }
          : { kind: 'accepted', providerMessageId: undefined };
      clock.now += 20;
      health.report(permit, result, 20);
      circuits.add(health.snapshot()['twilio']?.circuit ?? 'none');
      const rest = { code: undefined, isUnrecognised: false, wasAsked: false, receipt: undefined };
      message.attempts.push({ provider: 'twilio', result: result.kind, ...rest });
      message.hasWaited = false;
    }
  }
}

test.each([1, 12, 200])(
  'all of %i messages whose only provider was away for twenty seconds are sent within a minute',
  async (messages) => {
    const { ends } = await simulate({ messages, downForMs: 20_000 });

    expect(ends).toHaveLength(messages);
    expect(new Set(ends.map(({ outcome }) => outcome))).toEqual(new Set(['sent']));
    expect(Math.max(...ends.map(({ at }) => at))).toBeLessThan(STARTED_AT + 60_000);
  },
);

test('such an outage opens the circuit, and what is not sent before the deadline is told so', async () => {
  const { ends, circuits } = await simulate({ messages: 12, downForMs: 200_000 });

  expect(circuits).toContain('open');
  expect(ends).toHaveLength(12);
  expect(new Set(ends.map(({ outcome, at }) => `${outcome} ${at === DEADLINE}`))).toEqual(
    new Set(['expired true']),
  );
});
