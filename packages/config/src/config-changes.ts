import { isDeepStrictEqual } from 'node:util';

type Named = { name: string };

/** The names that were added, removed and changed, without any values. */
export function namesOfChanges(before: readonly Named[], after: readonly Named[]) {
  const find = (list: readonly Named[], { name }: Named) => list.find((other) => other.name === name);
  const names = (list: readonly Named[]) => list.map(({ name }) => name);
  return {
    added: names(after.filter((item) => find(before, item) === undefined)),
    removed: names(before.filter((item) => find(after, item) === undefined)),
    changed: names(
      after.filter((item) => {
        const earlier = find(before, item);
        return earlier !== undefined && !isDeepStrictEqual(earlier, item);
      }),
    ),
  };
}

/** Changed settings that take effect at the next start only: all but those named by `reloadable`. */
export function needingRestart<Config extends object>(
  before: Config,
  after: Config,
  reloadable: readonly (keyof Config & string)[],
): string[] {
  const kept: readonly string[] = [...reloadable, 'warnings'];
  const beforeByName = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => !kept.includes(name) && !isDeepStrictEqual(beforeByName.get(name), value))
    .map(([name]) => name);
}
