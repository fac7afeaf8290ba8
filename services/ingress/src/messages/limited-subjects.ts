/** Milliseconds for which a subject counts once, as long as the window of a number's own limit. */
const COUNTED_ONCE_MS = 600_000;
/** Subjects remembered at most; an attack that has more is seen without them. */
const MAX_REMEMBERED = 10_000;

/**
 * Tells numbers and addresses that reach a limit of theirs apart from one that reaches it often: many are an attack, or a
 * limit that is too low, and one is a person who presses a button. Of this process alone.
 */
export function createLimitedSubjects({ now }: { now: () => number }) {
  const lastSeen = new Map<string, number>();
  return {
    /** Whether the subject did not reach this rule within the last ten minutes. */
    isNew(rule: string, subjectKey: string): boolean {
      const key = `${rule} ${subjectKey}`;
      const at = now();
      const isNew = at - (lastSeen.get(key) ?? -Infinity) >= COUNTED_ONCE_MS;
      if (!isNew) return false;
      // A Map keeps the order of insertion, so the first is the oldest.
      lastSeen.delete(key);
      lastSeen.set(key, at);
      const [oldest] = lastSeen.keys();
      if (lastSeen.size > MAX_REMEMBERED && oldest !== undefined) lastSeen.delete(oldest);
      return true;
    },
  };
}
