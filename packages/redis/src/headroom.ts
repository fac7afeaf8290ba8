import type { Info } from './replication-info.ts';

// Measured on Redis 7.0.15 with limits and guard on, 250 messages: accepting costs 3.2 KB for a code and 4.9 KB for a text
// of 1000 characters; delivering 2.6 KB at its highest with 1.2 attempts a message, the connections of the worker included.
// Memory comes back only with time, when traces expire.
const ACCEPTED_BYTES = 8 * 1024;
const DELIVERED_BYTES = 4 * 1024;
/** For receipts of what is sent, counters, and buffers of connections. */
const RESERVED_BYTES = 2 * 1024 * 1024;
const RESERVED_SHARE = 0.03;
/** Number of ingresses that may use the same room between two checks without knowing of each other. */
const SHARED_BY = 4;
/** Messages that arrive at once: with room for fewer, an ingress would report that it is ready and refuse them. */
const AT_ONCE = 32;

const MEGABYTE = 1024 * 1024;

export type Headroom = {
  /** Messages that may be accepted before the next check. */
  messages: number;
  /** Why none may be; undefined where some may. */
  reason: string | undefined;
};

/**
 * How many messages can be accepted so that everything accepted can still be delivered: a Redis that is full takes no
 * attempt and no outcome either. `unfinished` counts the messages in the queue.
 */
export function headroomOf(info: Info, unfinished: number): Headroom {
  const limit = Number(info['maxmemory'] ?? 0);
  if (limit === 0) return { messages: Infinity, reason: undefined };
  const used = Number(info['used_memory']) - Number(info['mem_not_counted_for_evict'] ?? 0);
  const reserved = Math.max(RESERVED_BYTES, limit * RESERVED_SHARE) + unfinished * DELIVERED_BYTES;
  const messages = Math.floor((limit - used - reserved) / (ACCEPTED_BYTES + DELIVERED_BYTES) / SHARED_BY);
  if (messages >= AT_ONCE) return { messages, reason: undefined };
  const shown = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  return {
    messages: 0,
    reason: `Redis is nearly full (${shown(used)} of ${shown(limit)} MB, ${shown(reserved)} MB are kept to deliver what is accepted): raise its maxmemory`,
  };
}
