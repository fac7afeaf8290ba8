import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCircuit, type CircuitPermit } from './circuit.ts';
import { type CallVerdict, createSlidingWindow } from './window.ts';

function setup({ random = () => 0 }: { random?: () => number } = {}) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const window = createSlidingWindow({ now, random });
  const circuit = createCircuit({ window, now, random });
  const end = (permit: CircuitPermit | undefined, verdict: CallVerdict) => {
    if (permit === undefined) throw new Error('no permit was given');
    circuit.report(permit, verdict, 10);
  };
  const call = (verdict: CallVerdict) => end(circuit.acquire(), verdict);
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
    expect(circuit.acquire()).toBeUndefined();
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
    expect(circuit.acquire()).toMatchObject({ isProbe: true });
    expect(circuit.acquire()).toBeUndefined();
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
    const permit = circuit.acquire();
    if (permit === undefined) throw new Error('no permit was given');

    circuit.release(permit);

    expect(circuit.acquire()).toMatchObject({ isProbe: true });
  });

  test('does not wait for ever for a probe that nobody reports', () => {
    const { clock, circuit } = opened();
    clock.now += 2000;
    circuit.acquire();
    clock.now += 30_000;

    expect(circuit.acquire()).toMatchObject({ isProbe: true });
  });

  test('learns nothing from calls that began before it opened', () => {
    const bundle = setup();
    const early = [bundle.circuit.acquire(), bundle.circuit.acquire()];
    bundle.calls(...times(10, 'failed'));
    const { circuit, clock } = bundle;
    bundle.end(early[0], 'fine');
    expect(circuit.state()).toBe('open');
    clock.now += 2000;
    bundle.end(early[1], 'failed');

    expect(circuit.state()).toBe('half_open');
  });

  test('is not opened again, once closed, by failures of calls that began before it opened', () => {
    const bundle = setup();
    const early = Array.from({ length: 20 }, () => bundle.circuit.acquire());
    bundle.calls(...times(10, 'failed'));
    bundle.clock.now += 2000;
    bundle.calls('fine', 'fine');
    for (const permit of early) bundle.end(permit, 'failed');

    bundle.call('fine');

    expect(bundle.circuit.state()).toBe('closed');
  });

  test.each(['reported', 'withdrawn'] as const)(
    'lets no third probe out when one taken for lost is %s while another is out',
    (late) => {
      const { clock, circuit, end } = opened();
      clock.now += 2000;
      const lost = circuit.acquire();
      clock.now += 30_000;
      circuit.acquire();

      if (late === 'reported') end(lost, 'fine');
      else if (lost) circuit.release(lost);

      expect(lost).toBeDefined();
      expect(circuit.state()).toBe('half_open');
      expect(circuit.acquire()).toBeUndefined();
    },
  );
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
  const verdict = fc.constantFrom<CallVerdict>('failed', 'fine', 'fine', 'fine', 'faulted');
  const step = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 40_000 })),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(), verdict }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat() }) },
  );
  const seen = { open: 0, probe: 0, closedAgain: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
      const { clock, circuit, end, calls } = setup();
      const out: { permit: CircuitPermit; at: number }[] = Array.from({ length: 12 }, () => {
        const permit = circuit.acquire();
        if (permit === undefined) throw new Error('no permit was given');
        return { permit, at: clock.now };
      });
      calls(...times(9, 'failed'));
      let hasOpened = false;
      for (const next of steps) {
        const before = circuit.state();
        hasOpened ||= before !== 'closed';
        if (before === 'open') seen.open += 1;
        if (before === 'closed' && hasOpened) seen.closedAgain += 1;
        if (next.kind === 'wait') clock.now += next.ms;
        if ((next.kind === 'end' || next.kind === 'release') && out.length > 0) {
          const [ended] = out.splice(next.which % out.length, 1);
          const isOld = ended !== undefined && !ended.permit.isProbe && hasOpened && before !== 'closed';
          if (next.kind === 'end') end(ended?.permit, next.verdict);
          else if (ended) circuit.release(ended.permit);
          if (isOld) expect(circuit.state()).toBe(before);
        }
        if (next.kind === 'call') {
          const permit = circuit.acquire();
          if (before === 'open') expect(permit).toBeUndefined();
          if (before === 'closed') expect(permit).toMatchObject({ isProbe: false });
          if (permit) out.push({ permit, at: clock.now });
          if (permit?.isProbe) {
            seen.probe += 1;
            const sameTime = out.filter(
              (call) =>
                call.permit.isProbe &&
                call.permit.generation === permit.generation &&
                clock.now - call.at < 30_000,
            );
            expect(sameTime).toHaveLength(1);
          }
        }
        expect(circuit.availableAt()).toBeLessThanOrEqual(clock.now + 30_000);
      }
      clock.now += 60_001;
      expect(circuit.state()).not.toBe('open');
      expect(circuit.acquire()).toBeDefined();
    }),
    { numRuns: 500 },
  );
  // Of steps that never came to it, all of this would be true as well.
  expect(Math.min(seen.open, seen.probe, seen.closedAgain)).toBeGreaterThan(0);
});
