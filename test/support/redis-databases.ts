/** What Redis has unless it is told otherwise, and what we count on in one that REDIS_URL names. */
const DATABASES = 16;

/** The logical databases that tests may use of a Redis that is not theirs: the one its URL names, and those after it. */
export function databasesOf(url: string): number[] {
  const first = Number(new URL(url).pathname.slice(1) || 0);
  return Array.from({ length: Math.max(DATABASES - first, 1) }, (_, index) => first + index);
}

/** The same Redis, another database. */
export function withDatabase(url: string, database: number): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Hands out databases in turn, so that one is used again as late as possible. */
export function createDatabasePool(databases: number[]) {
  const free = [...databases];
  return {
    lease(): number {
      const database = free.shift();
      if (database === undefined)
        throw new Error(`This test needs more than ${databases.length} databases at once.`);
      return database;
    },
    giveBack: (database: number) => void free.push(database),
  };
}
