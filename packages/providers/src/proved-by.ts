/**
 * Which of several keys proves a call, by its position from 1; undefined if none does. Every key is tried, so that the
 * time it takes does not tell which.
 */
export function provedBy<Key>(keys: readonly Key[], proves: (key: Key) => boolean): number | undefined {
  const position = keys.map(proves).indexOf(true) + 1;
  return position === 0 ? undefined : position;
}
