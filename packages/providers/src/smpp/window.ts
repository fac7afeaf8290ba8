export type SendWindow = {
  /** Waits for a free place, first come first served. After `taken`, call `release` once. */
  take(signal: AbortSignal): Promise<'taken' | 'aborted' | 'closed'>;
  release(): void;
  /** Turns away everybody who waits, and everybody who comes later. */
  close(): void;
};

/** Bounds how many requests are unanswered at once (SMPP 3.4 §2.9: asynchronous sessions need such a limit). */
export function createSendWindow(size: number): SendWindow {
  const waiting = new Set<(entry: 'taken' | 'closed') => void>();
  let free = size;
  let isClosed = false;

  return {
    async take(signal) {
      if (signal.aborted) return 'aborted';
      if (isClosed) return 'closed';
      if (free > 0) {
        free--;
        return 'taken';
      }
      return new Promise((resolve) => {
        const enter = (entry: 'taken' | 'closed') => {
          signal.removeEventListener('abort', abort);
          resolve(entry);
        };
        const abort = () => {
          waiting.delete(enter);
          resolve('aborted');
        };
        waiting.add(enter);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    release() {
      const [next] = waiting;
      if (!next) {
        free++;
        return;
      }
      waiting.delete(next);
      next('taken');
    },
    close() {
      isClosed = true;
      for (const enter of waiting) enter('closed');
      waiting.clear();
    },
  };
}
