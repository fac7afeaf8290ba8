import type { CallVerdict, SlidingWindow } from './window.ts';

export type CircuitState = 'closed' | 'open' | 'half_open';

/** Permission for one call, to be handed back with its result. */
export type CircuitPermit = { readonly isProbe: boolean; readonly generation: number };

export type Circuit = {
  state(): CircuitState;
  /** Milliseconds since the epoch from which a call may be made. */
  availableAt(): number;
  /** Undefined where no call may be made now. */
  acquire(): CircuitPermit | undefined;
  /** Counts the call, unless the circuit has opened or closed since: then the result is out of date. */
  report(permit: CircuitPermit, verdict: CallVerdict, durationMs: number): void;
  /** Gives back the permit for a call that was not made. */
  release(permit: CircuitPermit): void;
};

/** With fewer calls in the window the circuit stays closed. */
const MIN_CALLS = 10;
const FAILURE_RATIO = 0.5;
const OPEN_BASE_MS = 2_000;
const OPEN_CAP_MS = 30_000;
/** Successful probes in a row that close the circuit. */
const PROBES_TO_CLOSE = 2;
/** Milliseconds after which others ask again while a probe is under way. */
const PROBE_RECHECK_MS = 250;
/** Milliseconds after which a probe without a result counts as lost, so that it does not block others forever. */
const PROBE_LOST_MS = 30_000;

/**
 * A circuit breaker. It opens when half of the calls in the window failed, or when none succeeded. After 2 s, doubled
 * with every failed probe up to 30 s, it lets one call at a time through, and it closes after two successful ones. The
 * times are short compared with the life of a code, so that a message without another provider is tried again soon
 * after this one is back.
 *
 * No library does this, because a decision must ask without acting (docs/adr/0008). `random` gives [0, 1).
 */
export function createCircuit({
  window,
  now,
  random,
}: {
  window: SlidingWindow;
  now: () => number;
  random: () => number;
}): Circuit {
  /** Grows with every change of state, so that the results of earlier calls can be told apart. */
  let generation = 0;
  let openUntil: number | undefined;
  let failedProbes = 0;
  let goodProbes = 0;
  let probe: { permit: CircuitPermit; since: number } | undefined;

  function state(): CircuitState {
    if (openUntil === undefined) return 'closed';
    return now() < openUntil ? 'open' : 'half_open';
  }

  function open(): void {
    generation += 1;
    const pauseMs = Math.min(OPEN_BASE_MS * 2 ** failedProbes, OPEN_CAP_MS);
    // Up to a quarter less, so that workers that saw the same failure do not all return at once.
    openUntil = now() + Math.ceil(pauseMs * (1 - random() / 4));
    goodProbes = 0;
    probe = undefined;
  }

  function close(): void {
    generation += 1;
    openUntil = undefined;
    failedProbes = 0;
    goodProbes = 0;
    probe = undefined;
    window.clear();
  }

  function isProbeUnderWay(): boolean {
    return probe !== undefined && now() - probe.since < PROBE_LOST_MS;
  }

  return {
    state,
    availableAt: () => {
      if (openUntil === undefined) return 0;
      if (now() < openUntil) return openUntil;
      return isProbeUnderWay() ? now() + PROBE_RECHECK_MS : openUntil;
    },
    acquire: () => {
      switch (state()) {
        case 'closed':
          return { isProbe: false, generation };
        case 'open':
          return undefined;
        case 'half_open':
          if (isProbeUnderWay()) return undefined;
          probe = { permit: { isProbe: true, generation }, since: now() };
          return probe.permit;
      }
    },
    report: (permit, verdict, durationMs) => {
      // A probe that counted as lost has been replaced by another.
      if (permit.generation !== generation || (permit.isProbe && permit !== probe?.permit)) return;
      window.add(verdict, durationMs);
      if (permit.isProbe) {
        probe = undefined;
        if (verdict === 'fine') {
          goodProbes += 1;
          if (goodProbes >= PROBES_TO_CLOSE) close();
        } else {
          failedProbes += 1;
          open();
        }
        return;
      }
      const { calls, failed, faulted } = window.counts();
      if (calls < MIN_CALLS) return;
      if (failed >= calls * FAILURE_RATIO || failed + faulted === calls) open();
    },
    release: (permit) => {
      if (permit === probe?.permit) probe = undefined;
    },
  };
}
