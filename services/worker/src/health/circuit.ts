import type { CallVerdict, SlidingWindow } from './window.ts';

export type CircuitState = 'closed' | 'open' | 'half_open';

/** Permit for one call; to be handed back with what the call came to. */
export type Ticket = { readonly isProbe: boolean; readonly era: number };

export type Circuit = {
  state(): CircuitState;
  /** Milliseconds since the epoch from which a call may be made. */
  availableAt(): number;
  /** Undefined where no call may be made now. */
  admit(): Ticket | undefined;
  /** Counts the call, unless the circuit has opened or closed since: then it says nothing of how things are now. */
  report(ticket: Ticket, verdict: CallVerdict, durationMs: number): void;
  /** Gives back the leave for a call that was not made. */
  withdraw(ticket: Ticket): void;
};

/** Calls in the window below which nothing is concluded from them. */
const MIN_CALLS = 10;
const FAILURE_RATIO = 0.5;
const OPEN_BASE_MS = 2_000;
const OPEN_CAP_MS = 30_000;
/** Successful probes in a row that close the circuit. */
const PROBES_TO_CLOSE = 2;
/** Milliseconds after which others look again while a probe is out. */
const PROBE_RECHECK_MS = 250;
/** Milliseconds after which a probe that nobody reported is taken for lost, so that it blocks nobody for ever. */
const PROBE_LOST_MS = 30_000;

/**
 * A circuit breaker. Opens when half of the calls in the window failed, or when none of them did what it should;
 * after 2 s, doubled with every failed probe up to 30 s, it lets one call at a time through, and closes after two
 * good ones. The times are short against the life of a code, so that a message that has no other provider is tried
 * again soon after that one is back.
 *
 * Its own, because a decision needs to ask without acting: docs/adr/0008. `random` gives [0, 1).
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
  /** Grows whenever the state changes, so that a call from before says nothing of what came after. */
  let era = 0;
  let openUntil: number | undefined;
  let failedProbes = 0;
  let goodProbes = 0;
  let probe: { ticket: Ticket; since: number } | undefined;

  function state(): CircuitState {
    if (openUntil === undefined) return 'closed';
    return now() < openUntil ? 'open' : 'half_open';
  }

  function open(): void {
    era += 1;
    const pauseMs = Math.min(OPEN_BASE_MS * 2 ** failedProbes, OPEN_CAP_MS);
    // Up to a quarter less, so that workers that saw the same failure do not come back together.
    openUntil = now() + Math.ceil(pauseMs * (1 - random() / 4));
    goodProbes = 0;
    probe = undefined;
  }

  function close(): void {
    era += 1;
    openUntil = undefined;
    failedProbes = 0;
    goodProbes = 0;
    probe = undefined;
    window.clear();
  }

  function isProbeOut(): boolean {
    return probe !== undefined && now() - probe.since < PROBE_LOST_MS;
  }

  return {
    state,
    availableAt: () => {
      if (openUntil === undefined) return 0;
      if (now() < openUntil) return openUntil;
      return isProbeOut() ? now() + PROBE_RECHECK_MS : openUntil;
    },
    admit: () => {
      switch (state()) {
        case 'closed':
          return { isProbe: false, era };
        case 'open':
          return undefined;
        case 'half_open':
          if (isProbeOut()) return undefined;
          probe = { ticket: { isProbe: true, era }, since: now() };
          return probe.ticket;
      }
    },
    report: (ticket, verdict, durationMs) => {
      // A probe that was taken for lost has another in its place.
      if (ticket.era !== era || (ticket.isProbe && ticket !== probe?.ticket)) return;
      window.add(verdict, durationMs);
      if (ticket.isProbe) {
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
    withdraw: (ticket) => {
      if (ticket === probe?.ticket) probe = undefined;
    },
  };
}
