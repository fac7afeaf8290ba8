import { expect, test } from 'vitest';
import { createSlidingWindow } from './window.ts';

function setup() {
  const clock = { now: 1_000_000 };
  const window = createSlidingWindow({ now: () => clock.now, random: () => 0.5 });
  return { clock, window };
}

test('calls are counted by what they came to', () => {
  const { window } = setup();
  for (const verdict of ['fine', 'fine', 'failed', 'faulted'] as const) window.add(verdict, 10);

  expect(window.counts()).toEqual({ calls: 4, failed: 1, faulted: 1 });
});

test('a call is forgotten after a minute, by the bucket', () => {
  const { clock, window } = setup();
  window.add('failed', 10);
  clock.now += 59_000;
  window.add('fine', 20);
  expect(window.counts()).toMatchObject({ calls: 2 });

  clock.now += 6_000;

  expect(window.counts()).toEqual({ calls: 1, failed: 0, faulted: 0 });
  expect(window.latencyMs(0.5)).toBe(20);
});

test('latency is told by share', () => {
  const { window } = setup();
  for (let ms = 1; ms <= 100; ms += 1) window.add('fine', ms);

  expect(window.latencyMs(0.5)).toBe(51);
  expect(window.latencyMs(0.95)).toBe(96);
  expect(window.latencyMs(1)).toBe(100);
});

test('without a call there is no latency', () => {
  expect(setup().window.latencyMs(0.5)).toBeUndefined();
});

test('however many calls there are, it holds a bounded number of durations', () => {
  const { window } = setup();
  for (let call = 0; call < 10_000; call += 1) window.add('fine', call);

  expect(window.counts().calls).toBe(10_000);
  expect(window.latencyMs(1)).toBeLessThan(10_000);
});

test('latency weighs every call the same, however many durations were kept of its five seconds', () => {
  const { clock, window } = setup();
  for (let call = 0; call < 10_000; call += 1) window.add('fine', 50);
  clock.now += 5_000;
  for (let call = 0; call < 150; call += 1) window.add('fine', 5_000);

  expect(window.latencyMs(0.95)).toBe(50);
  expect(window.latencyMs(0.99)).toBe(5_000);
});

test('a clock that is set back loses nothing', () => {
  const { clock, window } = setup();
  window.add('fine', 10);
  clock.now -= 30_000;
  window.add('failed', 10);

  expect(window.counts()).toEqual({ calls: 2, failed: 1, faulted: 0 });
});
