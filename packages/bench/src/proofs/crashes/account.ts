import { setTimeout as delay } from 'node:timers/promises';
import { gatewayKeys } from '@sms-gateway/contract';
import { createTraceReader, readQueueCounts, type Trace } from '@sms-gateway/delivery';
import type { RedisClient } from '@sms-gateway/redis';
import { type Copies, copiesOf, type MessageAccount, violationsOf } from './check-message.ts';
import type { AcceptedCode } from './clients.ts';
import type { FlakyProviders } from './flaky-providers.ts';

/** Milliseconds, longer than any message lives: what has not come by then comes never. */
const PATIENCE_MS = 240_000;
/** Milliseconds: what was answered 200 and of which Redis has known nothing for so long is lost. */
const LOST_AFTER_MS = 5000;

export type Account = {
  /** Messages that were answered 200 and of which nothing is left, or which have no outcome. */
  lost: string[];
  copies: Map<Copies, number>;
  traces: Trace[];
  /** Lost ones included. */
  violations: string[];
};

/** Waits until nothing is left to do, and holds every message that was answered 200 against all who had to do with it. */
export async function takeAccount(
  accepted: readonly AcceptedCode[],
  redis: RedisClient,
  providers: FlakyProviders,
): Promise<Account> {
  const reader = createTraceReader({ redis });
  const { concluded, lost } = await untilConcluded(accepted, (id) => reader.read(id));
  const violations = lost.map((id) => `${id} was answered 200 and is lost`);
  // A receipt may put a message back: what counts is how things are once nothing is left to do.
  const isQuiet = await patiently(async () => {
    const { waiting, delayed, active } = await readQueueCounts(redis);
    return (providers.receiptsUnderWay() === 0 && waiting + delayed + active === 0) || undefined;
  });
  if (isQuiet === undefined) violations.push('the queue is not empty at the end');

  const copies = new Map<Copies, number>();
  const traces: Trace[] = [];
  for (const { id, to, text } of accepted) {
    const first = concluded.get(id);
    if (first === undefined) continue;
    const last = await reader.read(id);
    if (last === undefined) {
      violations.push(`${id}: its trace is gone`);
      continue;
    }
    traces.push(last);
    const account: MessageAccount = {
      first,
      last,
      ...(await holdersOf(redis, last)),
      posted: { to, text },
      requests: providers.record.get(id) ?? [],
    };
    const kind = copiesOf(account);
    copies.set(kind, (copies.get(kind) ?? 0) + 1);
    violations.push(...violationsOf(account));
  }
  // Nothing was sent that nobody wrote down: what was never answered 200, too, has a trace that tells of it.
  for (const [id, requests] of providers.record) {
    const attempts = (await reader.read(id))?.attempts.length ?? 0;
    if (attempts < requests.length)
      violations.push(`${id} was sent ${requests.length} times, and its trace has ${attempts} attempts`);
  }
  return { lost, copies, traces, violations };
}

async function untilConcluded(
  accepted: readonly AcceptedCode[],
  read: (id: string) => Promise<Trace | undefined>,
): Promise<{ concluded: Map<string, Trace>; lost: string[] }> {
  const concluded = new Map<string, Trace>();
  const lost: string[] = [];
  const unknownSince = new Map<string, number>();
  let open = accepted.map(({ id }) => id);
  await patiently(async () => {
    const still: string[] = [];
    for (const id of open) {
      const trace = await read(id);
      if (trace?.outcome !== undefined) concluded.set(id, trace);
      else if (trace !== undefined) still.push(id);
      else {
        const since = unknownSince.get(id) ?? performance.now();
        unknownSince.set(id, since);
        if (performance.now() - since < LOST_AFTER_MS) still.push(id);
        else lost.push(id);
      }
    }
    open = still;
    return open.length === 0 || undefined;
  });
  return { concluded, lost: [...lost, ...open] };
}

async function holdersOf(redis: RedisClient, { id, attempts }: Trace) {
  const [outcomeHolder, ...holders] = await redis.hmget(
    gatewayKeys.trace(id),
    'outcome_holder',
    ...attempts.map((_, index) => `a${index + 1}.holder`),
  );
  return { outcomeHolder: outcomeHolder ?? undefined, holders: holders.map((holder) => holder ?? undefined) };
}

/** Resolves with the first answer, or with undefined when there is none for too long. */
export async function patiently<Answer>(
  look: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    // While Redis is away it cannot be asked.
    const answer = await look().catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(50);
  }
  return undefined;
}
