import type { DeliveryFacts, DeliveryStore, JobRequest, NextJob } from '@sms-gateway/delivery';
import { JOB_OPTIONS } from '@sms-gateway/delivery';
import {
  type BackendFactory,
  createRedisBackend,
  type JobJson,
  type KeepJobs,
  type MinimalJob,
} from 'bullmq';
import type { QueuedJob } from './delivery.ts';

/** A job as BullMQ's worker takes it from its backend; without one, when the next delayed one is due. */
type NextJobData = [json: JobJson | undefined, id: string, rateLimitMs: 0, delayedUntil: number];

export type QueueBackend = {
  create: BackendFactory;
  /** What was known of the message when its job was taken with this token; once. */
  factsOf(token: string): DeliveryFacts | undefined;
  /** How a job leaves the queue together with the outcome of its message. */
  queuedJob(jobId: string, token: string, options: { takesNext: () => boolean }): QueuedJob;
};

type Deps = {
  store: Pick<DeliveryStore, 'take'>;
  /** Life of a job's lock, in milliseconds. */
  lockMs: number;
  now: () => number;
};

/**
 * BullMQ's backend for Redis, except that a job is taken together with what is known of its message, and leaves the queue
 * together with its outcome. Everything else, and every queue that is out of the ordinary, is BullMQ's own affair.
 */
export function createQueueBackend({ store, lockMs, now }: Deps): QueueBackend {
  const facts = new Map<string, DeliveryFacts>();
  /** The next jobs of those that have left the queue, by their token, until BullMQ's worker asks for them. */
  const following = new Map<string, NextJob | undefined>();

  const requestFor = (token: string): JobRequest => ({ token, lockMs, now: now() });

  function handOver(next: Exclude<NextJob, { kind: 'ask' }>, token: string): NextJobData {
    if (next.kind === 'none') return [undefined, '', 0, next.delayedUntil];
    const { jobId, data, times } = next;
    if (next.facts !== undefined) facts.set(token, next.facts);
    const json: JobJson = {
      id: jobId,
      name: '',
      data,
      opts: JOB_OPTIONS,
      progress: 0,
      attemptsMade: 0,
      attemptsStarted: times,
      processedOn: now(),
      timestamp: 0,
      failedReason: '',
      returnvalue: 'null',
      stalledCounter: 0,
    };
    return [json, jobId, 0, 0];
  }

  return {
    create: (name, options, connections) => {
      const backend = createRedisBackend(name, options, connections);
      const bullmqs = {
        moveToActive: backend.moveToActive.bind(backend),
        moveToCompleted: backend.moveToCompleted.bind(backend),
        extendLocks: backend.extendLocks.bind(backend),
      };
      const moveToActive = async (token: string, workerName?: string) => {
        // Known where a message waits after all whose job had left the queue, on a Redis that was replaced.
        const known = following.get(token);
        following.delete(token);
        const next = known ?? (await store.take(requestFor(token)));
        return next.kind === 'ask' ? bullmqs.moveToActive(token, workerName) : handOver(next, token);
      };
      return Object.assign(backend, {
        moveToActive,
        // A job that has left the queue has no lock any more. Until its outcome is confirmed, the next one needs the renewal.
        extendLocks: (jobIds: string[], tokens: string[], lockDurationMs: number) => {
          const locks = jobIds.flatMap((jobId, index) => {
            const token = tokens[index] ?? '';
            if (!following.has(token)) return [{ jobId, token }];
            const next = following.get(token);
            return next?.kind === 'taken' ? [{ jobId: next.jobId, token }] : [];
          });
          if (locks.length === 0) return Promise.resolve([]);
          return bullmqs.extendLocks(
            locks.map(({ jobId }) => jobId),
            locks.map(({ token }) => token),
            lockDurationMs,
          );
        },
        moveToCompleted: async (
          job: MinimalJob,
          result: unknown,
          remove: boolean | number | KeepJobs,
          token: string,
          fetchNext: boolean,
        ) => {
          if (!following.has(token)) return bullmqs.moveToCompleted(job, result, remove, token, fetchNext);
          const next = following.get(token);
          following.delete(token);
          const data =
            next === undefined || next.kind === 'ask'
              ? fetchNext && (await bullmqs.moveToActive(token))
              : handOver(next, token);
          return { result: data || undefined, finishedOn: now() };
        },
      });
    },
    factsOf: (token) => {
      const known = facts.get(token);
      facts.delete(token);
      return known;
    },
    queuedJob: (jobId, token, { takesNext }) => ({
      release: () => ({ jobId, token, next: takesNext() ? requestFor(token) : undefined }),
      released: (next) => following.set(token, next),
      isReleased: () => following.has(token),
      forgetFacts: () => {
        const next = following.get(token);
        if (next?.kind === 'taken') following.set(token, { ...next, facts: undefined });
      },
    }),
  };
}
