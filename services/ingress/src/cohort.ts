export type Cohort = {
  /** Resolves at the end of the turn of the event loop, for all that wait for it at once. */
  gather(): Promise<void>;
};

/**
 * Lets requests that arrive in the same turn of the event loop go on in step: each takes a step, up to its next `await`,
 * before the first of them takes the next one. The processor then runs the code of one step for all of them, and has it in
 * its caches (J. Larus and M. Parkes, "Using Cohort Scheduling to Enhance Server
 * Performance", USENIX 2002). ADR 21 has the measurements. No request waits for a timer or for others: one that comes
 * alone goes on at the end of the turn.
 */
export function createCohort(): Cohort {
  let gathering: Promise<void> | undefined;
  return {
    gather: () =>
      (gathering ??= new Promise((resolve) => {
        setImmediate(() => {
          gathering = undefined;
          resolve();
        });
      })),
  };
}

/** Ends a step: those that were gathered with the caller take theirs before it goes on. */
export const endStep = (): Promise<void> => Promise.resolve();
