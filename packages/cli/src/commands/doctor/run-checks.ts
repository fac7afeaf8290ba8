import { setTimeout as delay } from 'node:timers/promises';
import { errorFields } from '@sms-gateway/process';
import { failed, type Finding, type NamedFinding } from './finding.ts';

export type Check<Facts> = { name: string; run(facts: Facts): Promise<Finding[]> | Finding[] };

type Options<Facts> = {
  checks: readonly Check<Facts>[];
  facts: Facts;
  /** For each check. A check that is still running after it is abandoned. */
  timeLimitMs: number;
};

/**
 * Runs all checks in parallel and returns their findings in the order of the checks. A check that throws, or does not
 * end in time, is reported as failed and does not affect the others.
 */
export async function runChecks<Facts>({
  checks,
  facts,
  timeLimitMs,
}: Options<Facts>): Promise<NamedFinding[]> {
  const findings = await Promise.all(
    checks.map(async (check) => {
      const found = await withinLimit(async () => check.run(facts), timeLimitMs);
      return found.map((finding) => ({ name: check.name, ...finding }));
    }),
  );
  return findings.flat();
}

async function withinLimit(run: () => Promise<Finding[]>, timeLimitMs: number): Promise<Finding[]> {
  const limit = new AbortController();
  const overdue = delay(timeLimitMs, [], { signal: limit.signal }).then(() => [
    failed(
      `not finished within ${timeLimitMs / 1000} s`,
      'A system that it contacts does not answer: see the other checks, and run this one alone with --only.',
    ),
  ]);
  overdue.catch(() => undefined);
  try {
    return await Promise.race([run(), overdue]);
  } catch (error) {
    // The message could contain what was sent.
    const { name, errorCode } = errorFields(error);
    return [
      failed(
        `ended unexpectedly (${errorCode ?? name})`,
        'That is a bug in this command; it does not affect the other checks. Report it with this line.',
      ),
    ];
  } finally {
    limit.abort();
  }
}
