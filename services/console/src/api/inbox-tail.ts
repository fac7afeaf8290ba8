import { setTimeout as delay } from 'node:timers/promises';
import type { Inbox, InboxMessage } from '@sms-gateway/delivery';

const WAIT_MS = 5000;
const RETRY_MS = 1000;

export type InboxTail = {
  /** Calls `listener` with each new message; returns the function that unsubscribes. */
  subscribe(listener: (message: InboxMessage) => void): () => void;
  stop(): void;
};

/** Follows the inbox over its own connection, for all viewers. */
export function createInboxTail({
  inbox,
  onError,
}: {
  inbox: Pick<Inbox, 'end' | 'following'>;
  onError: (error: unknown) => void;
}): InboxTail {
  const listeners = new Set<(message: InboxMessage) => void>();
  const stopping = new AbortController();

  async function follow(): Promise<void> {
    let position: string | undefined;
    while (!stopping.signal.aborted) {
      try {
        position ??= await inbox.end();
        const next = await inbox.following(position, WAIT_MS);
        ({ position } = next);
        for (const message of next.messages) for (const listener of listeners) listener(message);
      } catch (error) {
        if (stopping.signal.aborted) return;
        onError(error);
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }
  void follow();

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => {
      listeners.clear();
      stopping.abort();
    },
  };
}
