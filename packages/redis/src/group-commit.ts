/** Runs items that are submitted at the same moment together. */
export type GroupCommit<Item, Result> = {
  /** @throws the error of the whole group, or the one that `run` returned for this item. */
  submit: (item: Item, options: { source: string; bytes: number }) => Promise<Result>;
};

type Pending<Item, Result> = {
  item: Item;
  bytes: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Options<Item, Result> = {
  /** Processes a group. The results are in the order of the items. */
  run: (items: Item[]) => Promise<(Result | Error)[]>;
  maxItems?: number;
  /** Whether fewer than `maxItems` items wait as long as another group is in progress. */
  fillsFirst?: boolean;
};

/** Of the items of a group together. A single item may have more. */
const MAX_BYTES = 256 * 1024;

/** Groups in progress. Items that arrive meanwhile wait and make the next group larger (ADR 15). */
const MAX_IN_FLIGHT = 2;

/**
 * Group commit, as in a database: all items submitted within one turn of the event loop become one command, and items
 * that arrive while such commands are in progress become the next. Nothing waits for a timer: a single item goes at the
 * end of the turn. When more items wait than fit into a group, the sources (connections) take turns, so that a burst of
 * one does not hold up the others.
 */
export function createGroupCommit<Item, Result>({
  run,
  maxItems = 64,
  fillsFirst = false,
}: Options<Item, Result>): GroupCommit<Item, Result> {
  const waiting = new Map<string, Pending<Item, Result>[]>();
  let waitingItems = 0;
  let inFlight = 0;
  let isScheduled = false;

  const mayStart = () =>
    inFlight === 0 || (inFlight < MAX_IN_FLIGHT && (!fillsFirst || waitingItems >= maxItems));

  /** Takes the next group: the oldest item of each source in turn. */
  function take(): Pending<Item, Result>[] {
    const group: Pending<Item, Result>[] = [];
    let bytes = 0;
    while (waiting.size > 0) {
      for (const [source, line] of waiting) {
        const [first] = line;
        if (first === undefined) continue;
        if (group.length > 0 && (group.length >= maxItems || bytes + first.bytes > MAX_BYTES)) return group;
        group.push(first);
        bytes += first.bytes;
        waitingItems -= 1;
        line.shift();
        waiting.delete(source);
        // Goes to the end, so that the next group begins with the sources that this one had no room for.
        if (line.length > 0) waiting.set(source, line);
      }
    }
    return group;
  }

  function flush(): void {
    isScheduled = false;
    while (waiting.size > 0 && mayStart()) void commit(take());
  }

  async function commit(group: Pending<Item, Result>[]): Promise<void> {
    inFlight += 1;
    try {
      const results = await run(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('there is no result for this item'));
        else if (result instanceof Error) reject(result);
        else resolve(result);
      });
    } catch (error) {
      // The items behind it have waited as long and would fail as well.
      const behind = [...waiting.values()].flat();
      waiting.clear();
      waitingItems = 0;
      for (const { reject } of [...group, ...behind]) reject(error);
    } finally {
      inFlight -= 1;
      flush();
    }
  }

  return {
    submit: (item, { source, bytes }) =>
      new Promise((resolve, reject) => {
        const line = waiting.get(source) ?? [];
        waiting.set(source, line);
        line.push({ item, bytes, resolve, reject });
        waitingItems += 1;
        if (isScheduled || !mayStart()) return;
        isScheduled = true;
        setImmediate(flush);
      }),
  };
}
