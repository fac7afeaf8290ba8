/** Runs calls that are made at the same moment together. */
export type GroupCommit<Item, Result> = {
  /** @throws what the whole group failed with, or what `run` answered for this item. */
  submit: (item: Item, options: { source: string; bytes: number }) => Promise<Result>;
};

type Pending<Item, Result> = {
  item: Item;
  bytes: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Options<Item, Result> = {
  /** Does a group; its results are in the order of the items. */
  run: (items: Item[]) => Promise<(Result | Error)[]>;
  maxItems?: number;
  /** Of the items' bytes together. A group of one may have more. */
  maxBytes?: number;
  /** Maximum number of groups in progress. Items that arrive meanwhile wait and make the next group larger. */
  maxInFlight?: number;
  /** Whether fewer than `maxItems` items wait as long as another group is in progress. */
  fillsFirst?: boolean;
};

/**
 * What a database calls group commit: all items submitted within one turn of the event loop become one command, and
 * items that arrive while such commands are in progress become the next. Nothing waits for a timer: a single item goes at
 * the end of the turn. Where more wait than a group takes, the sources (connections) take turns, so that a burst of one
 * does not hold up the others.
 */
export function createGroupCommit<Item, Result>({
  run,
  maxItems = 64,
  maxBytes = 256 * 1024,
  maxInFlight = 2,
  fillsFirst = false,
}: Options<Item, Result>): GroupCommit<Item, Result> {
  const waiting = new Map<string, Pending<Item, Result>[]>();
  let waitingItems = 0;
  let inFlight = 0;
  let isScheduled = false;

  const mayStart = () =>
    inFlight === 0 || (inFlight < maxInFlight && (!fillsFirst || waitingItems >= maxItems));

  /** The next group: one of each source in turn, the first in line of each. */
  function take(): Pending<Item, Result>[] {
    const group: Pending<Item, Result>[] = [];
    let bytes = 0;
    while (waiting.size > 0) {
      for (const [source, line] of waiting) {
        const [first] = line;
        if (first === undefined) continue;
        if (group.length > 0 && (group.length >= maxItems || bytes + first.bytes > maxBytes)) return group;
        group.push(first);
        bytes += first.bytes;
        waitingItems -= 1;
        line.shift();
        waiting.delete(source);
        // At the end, so that the next group begins with those that this one had no room for.
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
      // What waits behind it has waited for as long, and would fail as well.
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
