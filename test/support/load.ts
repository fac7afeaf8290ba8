import { setTimeout as delay } from 'node:timers/promises';
import { freshNumber, postSms } from './auth0.ts';

export type Load = {
  /** Ids of what was answered 200. */
  accepted: string[];
  /** Other answers by status; 0 for none. */
  refused: Map<number, number>;
  /** Resolves when `count` more were accepted. */
  untilMore(count: number): Promise<void>;
  /** Resolves when no request is under way any more. */
  stop(): Promise<void>;
};

/** Posts messages to fresh numbers, each client one after the other, until it is stopped. */
export function startLoad(url: string, { clients = 4, pauseMs = 5 } = {}): Load {
  const accepted: string[] = [];
  const refused = new Map<number, number>();
  const over = new AbortController();
  const running = Array.from({ length: clients }, async () => {
    while (!over.signal.aborted) {
      const answer = await postSms(url, { body: { recipient: freshNumber() } }).catch(() => undefined);
      const status = answer?.status ?? 0;
      if (status === 200) accepted.push(String(answer?.body['id']));
      else refused.set(status, (refused.get(status) ?? 0) + 1);
      await delay(pauseMs);
    }
  });
  return {
    accepted,
    refused,
    untilMore: async (count) => {
      const wanted = accepted.length + count;
      while (accepted.length < wanted) await delay(10);
    },
    stop: async () => {
      over.abort();
      await Promise.all(running);
    },
  };
}
