import type { RedisClient } from '@sms-gateway/redis';
import { seriesOf } from '../counts.ts';
import { readWindow } from '../rollup-reader.ts';
import { HOUR_MS, MINUTE_MS } from '../series.ts';
import { time, type WhyMessage } from './answer.ts';
import { tokenFault } from './refusals.ts';

/** Problems of requests whose number is not known: they were refused before it could be read, or believed. */
const STATUSES: Record<string, number> = {
  unauthenticated: 401,
  malformed_request: 400,
  too_large: 413,
  unsupported_media_type: 415,
};

const OTHER_FAULTS: Record<string, string> = {
  malformed_request: 'their body is not JSON',
  too_large: 'their body is larger than 16 KiB',
  unsupported_media_type: 'their body is not declared as JSON',
};

/** How far is looked back where nobody says: somebody asks about a few minutes ago. */
const DEFAULT_MS = HOUR_MS;
const LONGEST_MS = 72 * HOUR_MS;

/** Whether this stands for requests of which nothing tells the number. */
export function isUnattributed({ id, answered }: WhyMessage): boolean {
  return id === null && STATUSES[answered.problem ?? ''] === answered.status;
}

type Group = {
  connection: string;
  problem: string;
  fault: string;
  count: number;
  firstAt: number;
  lastAt: number;
};

/**
 * Requests that may have been for the number that is asked for, one entry for each connection and cause: all that is known
 * of them is when they came. The newest first.
 */
export async function readUnattributed(
  redis: RedisClient,
  { now, sinceMs }: { now: number; sinceMs: number | undefined },
): Promise<{ at: number; message: WhyMessage }[]> {
  const lengthMs = Math.min(sinceMs === undefined ? DEFAULT_MS : now - sinceMs, LONGEST_MS);
  if (lengthMs <= 0) return [];
  // A window begins with a whole minute; a shorter one could be over before it begins.
  const wholeMs = Math.max(lengthMs, 2 * MINUTE_MS);
  const { startedAt, stepMs, steps } = await readWindow(redis, { now, lengthMs: wholeMs });
  const groups = new Map<string, Group>();
  for (const [index, counts] of steps.entries()) {
    const from = startedAt + index * stepMs;
    for (const { labels, count } of seriesOf(counts, 'refused')) {
      const [problem = '', connection = '', fault = ''] = labels;
      if (STATUSES[problem] === undefined) continue;
      const key = labels.join(' ');
      const known = groups.get(key) ?? { connection, problem, fault, count: 0, firstAt: from, lastAt: from };
      const lastAt = Math.min(from + stepMs, now);
      groups.set(key, { ...known, count: known.count + count, lastAt });
    }
  }
  return [...groups.values()].map((group) => ({ at: group.lastAt, message: messageOf(group) }));
}

function messageOf({ connection, problem, fault, count, firstAt, lastAt }: Group): WhyMessage {
  const { verdict, advice } =
    problem === 'unauthenticated'
      ? tokenFault(fault)
      : {
          verdict: OTHER_FAULTS[problem] ?? problem,
          advice: 'Look at who calls: Auth0 and the Actions send JSON.',
        };
  const many = count === 1 ? 'A request was' : `${count} requests were`;
  return {
    id: null,
    connection: connection === 'none' ? null : connection,
    acceptedAt: time(lastAt),
    answered: { status: STATUSES[problem] ?? 400, problem },
    attempts: [],
    outcome: null,
    outcomeAt: null,
    verdict: `${many} refused since ${time(firstAt)}, because ${count === 1 ? verdict.replace('their', 'its').replace('they', 'it') : verdict}; nothing tells for which number.`,
    advice,
  };
}
