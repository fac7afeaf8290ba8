import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCircuit, type Ticket } from './circuit.ts';
import { type CallVerdict, createSlidingWindow } from './window.ts';

function setup({ random = () => 0 }: { random?: () => number } = {}) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const window = createSlidingWindow({ now, random });
  const circuit = createCircuit({ window, now, random });
  const end = (ticket: Ticket | undefined, verdict: CallVerdict) => {
    if (ticket === undefined) throw new Error('no leave was given');
    window.add(verdict, 10);
    circuit.report(ticket, verdict);
  };
  const call = (verdict: CallVerdict) => end(circuit.admit(), verdict);
  const calls = (...verdicts: CallVerdict[]) => verdicts.forEach(call);
  return { clock, circuit, end, call, calls };
}

const times = (count: number, verdict: CallVerdict) => Array.from({ length: count }, () => verdict);

describe('a closed circuit', () => {
  test('opens when half of at least ten calls failed', () => {
    const { circuit, calls, call } = setup();
    calls(...times(5, 'fine'), ...times(4, 'failed'));
    expect(circuit.state()).toBe('closed');

    call('failed');

    expect(circuit.state()).toBe('open');
    expect(circuit.admit()).toBeUndefined();
  });

  test('stays closed while fewer fail, and for faults of some messages', () => {
    const { circuit, calls } = setup();
    calls(...times(50, 'fine'), ...times(40, 'failed'), ...times(200, 'faulted'));

    expect(circuit.state()).toBe('closed');
  });

  test('opens when no call did what it should', () => {
    const { circuit, calls } = setup();
    calls(...times(10, 'faulted'));

    expect(circuit.state()).toBe('open');
  });

  test('forgets failures of more than a minute ago', () => {
    const { clock, circuit, calls } = setup();
    calls(...times(9, 'failed'));
    clock.now += 66_000;
    calls(...times(9, 'failed'));

    expect(circuit.state()).toBe('closed');
  });
});

function opened(options: Parameters<typeof setup>[0] = {}) {
  const bundle = setup(options);
  bundle.calls(...times(10, 'failed'));
  return bundle;
}

describe('an open circuit', () => {
  test('lets one call through after two seconds, and says when', () => {
    const { clock, circuit } = opened();
    expect(circuit.availableAt()).toBe(clock.now + 2000);

    clock.now += 2000;

    expect(circuit.state()).toBe('half_open');
    expect(circuit.availableAt()).toBeLessThanOrEqual(clock.now);
    expect(circuit.admit()).toMatchObject({ isProbe: true });
    expect(circuit.admit()).toBeUndefined();
    expect(circuit.availableAt()).toBe(clock.now + 250);
  });

  test('stays open up to a quarter less, so that workers do not come back together', () => {
    const { clock, circuit } = opened({ random: () => 0.999 });

    expect(circuit.availableAt()).toBeGreaterThanOrEqual(clock.now + 1500);
    expect(circuit.availableAt()).toBeLessThan(clock.now + 1510);
  });

  test('closes after two good probes, and begins afresh', () => {
    const { clock, circuit, call } = opened();
    clock.now += 2000;
    call('fine');
    expect(circuit.state()).toBe('half_open');
    call('fine');

    expect(circuit.state()).toBe('closed');
    call('failed');
    expect(circuit.state()).toBe('closed');
  });

  test('opens for twice as long with every failed probe, up to half a minute', () => {
    const { clock, circuit, call } = opened();
    const pauses = [1, 2, 3, 4, 5, 6].map(() => {
      clock.now = circuit.availableAt();
      call('failed');
      return circuit.availableAt() - clock.now;
    });

    expect(pauses).toEqual([4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('takes a faulted probe for a failed one', () => {
    const { clock, circuit, call } = opened();
    clock.now += 2000;
    call('faulted');

    expect(circuit.state()).toBe('open');
  });

  test('gives the place of a probe that was not made to the next one', () => {
    const { clock, circuit } = opened();
    clock.now += 2000;
    const ticket = circuit.admit();
    if (ticket === undefined) throw new Error('no leave');

    circuit.withdraw(ticket);

    expect(circuit.admit()).toMatchObject({ isProbe: true });
  });

  test('does not wait for ever for a probe that nobody reports', () => {
    const { clock, circuit } = opened();
    clock.now += 2000;
    circuit.admit();
    clock.now += 30_000;

    expect(circuit.admit()).toMatchObject({ isProbe: true });
  });

  test('learns nothing from calls that began before it opened', () => {
    const bundle = setup();
    const early = [bundle.circuit.admit(), bundle.circuit.admit()];
    bundle.calls(...times(10, 'failed'));
    const { circuit, clock } = bundle;
    bundle.end(early[0], 'fine');
    expect(circuit.state()).toBe('open');
    clock.now += 2000;
    bundle.end(early[1], 'failed');

    expect(circuit.state()).toBe('half_open');
  });
});

test('a message whose only provider was away for twenty seconds is let through long before a code dies', () => {
  const { clock, circuit, call } = opened();
  const downUntil = clock.now + 20_000;
  const startedAt = clock.now;

  while (circuit.state() !== 'closed') {
    clock.now = Math.max(clock.now, circuit.availableAt());
    call(clock.now < downUntil ? 'failed' : 'fine');
  }

  expect(clock.now - startedAt).toBeLessThan(60_000);
});

test('whatever happens: one probe at a time, none while open, and open ends', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
    fc.record({ kind: fc.constant('call' as const) }),
    fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(),
      verdict: fc.constantFrom<CallVerdict>('fine', 'failed', 'faulted'),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { clock, circuit, end } = setup();
      let out: { ticket: Ticket; at: number }[] = [];
      for (const next of steps) {
        if (next.kind === 'wait') clock.now += next.ms;
        if (next.kind === 'end' && out.length > 0) {
          const [ended] = out.splice(next.which % out.length, 1);
          end(ended?.ticket, next.verdict);
        }
        if (next.kind === 'call') {
          const before = circuit.state();
          const ticket = circuit.admit();
          if (before === 'open') expect(ticket).toBeUndefined();
          if (before === 'closed') expect(ticket).toMatchObject({ isProbe: false });
          if (ticket) out.push({ ticket, at: clock.now });
          const newest = out.at(-1)?.ticket.era;
          const probes = out.filter(
            (call) => call.ticket.isProbe && call.ticket.era === newest && clock.now - call.at < 30_000,
          );
          expect(probes.length).toBeLessThanOrEqual(1);
        }
        expect(circuit.availableAt()).toBeLessThanOrEqual(clock.now + 30_000);
      }
      out = [];
      clock.now += 60_001;
      expect(circuit.state()).not.toBe('open');
      expect(circuit.admit()).toBeDefined();
    }),
    { numRuns: 500 },
  );
});
