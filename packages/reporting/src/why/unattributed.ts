import type { RedisClient } from '@sms-gateway/redis';
import { countsOf, seriesOf } from '../counts.ts';
import { readWindow } from '../rollup-reader.ts';
import { HOUR_MS, MINUTE_MS } from '../series.ts';
import { time, type WhyMessage } from './answer.ts';
import { tokenFault } from './refusals.ts';

/** Problems of requests whose number is not known, because they were refused before it was read. */
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

/** How far to look back without --since: an operator usually asks about the last few minutes. */
const DEFAULT_MS = HOUR_MS;
const LONGEST_MS = 72 * HOUR_MS;

/** Whether this entry stands for requests whose number is not known. */
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
 * Requests that may have been for the number that is asked for, one entry for each connection and cause. Only their time is
 * known.
 */
export async function readUnattributed(
  redis: RedisClient,
  { now, sinceMs }: { now: number; sinceMs: number | undefined },
): Promise<{ at: number; message: WhyMessage }[]> {
  const lengthMs = Math.min(sinceMs === undefined ? DEFAULT_MS : now - sinceMs, LONGEST_MS);
  if (lengthMs <= 0) return [];
  // A window begins with a whole minute, so a shorter one could be empty.
  const wholeMs = Math.max(lengthMs, 2 * MINUTE_MS);
  const { startedAt, stepMs, steps } = await readWindow(redis, { now, lengthMs: wholeMs });
  const groups = new Map<string, Group>();
  for (const [index, step] of steps.entries()) {
    const from = startedAt + index * stepMs;
    for (const { labels, count } of seriesOf(countsOf([step]), 'refused')) {
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
          advice: 'Check who calls: Auth0 and the Actions send JSON.',
        };
  const requests = count === 1 ? 'A request was' : `${count} requests were`;
  return {
    id: null,
    connection: connection === 'none' ? null : connection,
    acceptedAt: time(lastAt),
    answered: { status: STATUSES[problem] ?? 400, problem },
    attempts: [],
    outcome: null,
    outcomeAt: null,
    verdict: `${requests} refused since ${time(firstAt)}, because ${count === 1 ? verdict.replace('their', 'its').replace('they', 'it') : verdict}; their number is not known.`,
    advice,
  };
}
