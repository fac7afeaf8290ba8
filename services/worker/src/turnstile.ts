/** Resolves when the caller may go on; undefined where that is now. */
export type Turnstile = () => Promise<void> | undefined;

/**
 * Lets `perTurn` callers go on in each turn of the event loop, in the order in which they came.
 *
 * Messages whose steps are grouped tend to move in step: all wait for the provider at the same time, and then all wait for the
 * CPU. Where those that are answered together go on a few at a time, the first of them are with the provider again while the
 * last are still worked on.
 */
export function createTurnstile({ perTurn }: { perTurn: number }): Turnstile {
  const waiting: (() => void)[] = [];
  let places = perTurn;

  function letIn(): void {
    const next = waiting.splice(0, perTurn);
    places = perTurn - next.length;
    if (next.length > 0) setImmediate(letIn);
    for (const goOn of next) goOn();
  }

  return () => {
    if (places === 0) return new Promise((resolve) => waiting.push(resolve));
    if (places === perTurn) setImmediate(letIn);
    places -= 1;
    return undefined;
  };
}
