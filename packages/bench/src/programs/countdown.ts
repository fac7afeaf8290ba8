import { sharedClockMs } from '../shared-clock.ts';

/** Told `{ expect: n }`, the program tells its parent when n more have been counted; asked for `counted`, how many were. */
export function createCountdown(): { count: () => void } {
  let counted = 0;
  let goal = Number.POSITIVE_INFINITY;
  process.on('message', (message: { expect: number } | string) => {
    if (message === 'counted') process.send?.({ counted });
    else if (typeof message === 'object') goal = counted + message.expect;
  });
  return {
    count: () => {
      counted += 1;
      if (counted === goal) process.send?.({ finishedAtMs: sharedClockMs() });
    },
  };
}
