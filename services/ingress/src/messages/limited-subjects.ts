/** Milliseconds during which a subject counts once: the window of a number's own limit. */
const COUNTED_ONCE_MS = 600_000;
/** Maximum number of remembered subjects; an attack with more is visible anyway. */
const MAX_REMEMBERED = 10_000;

/**
 * Counts distinct numbers and addresses that reach their limit, per process. Many of them mean an attack or a limit that is
 * too low; one that reaches it often is a person pressing a button.
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
