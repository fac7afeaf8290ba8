import type { RedisClient } from '@sms-gateway/redis';
import { type Counts, seriesOf, total } from './counts.ts';
import { type LastError, readLastErrors } from './last-errors.ts';
import { type ProcessStatus, readProcesses } from './processes.ts';
import { countsOf, readWindow } from './rollup-reader.ts';
import { HOUR_MS, MINUTE_MS } from './series.ts';
import { CURES, inSentence, inWords, providerName, reasonOf } from './why/reasons.ts';
import { tokenFault } from './why/refusals.ts';

/** What works or fails now: one line, and one line of advice if something has to be done. */
export type PresentFinding = {
  status: 'ok' | 'warning' | 'failed';
  finding: string;
  advice: string | undefined;
};

/** The status that processes report, and their latest counts. */
export type Present = {
  processes: ProcessStatus[];
  /** Of the last quarter of an hour. */
  lately: Counts;
  /** Of the last day. */
  day: Counts;
  /** By provider. */
  lastErrors: ReadonlyMap<string, LastError>;
};

/** Minutes that count as now. */
const NOW_MINUTES = 15;
/** Attempts, messages or receipts below which a ratio says nothing. */
const ENOUGH = 5;
/** Ratios from which on something is wrong, or likely to be. */
const MANY = 0.5;
const SOME = 0.2;

/** @throws what Redis answers. */
export async function readPresent(redis: RedisClient, now: () => number): Promise<Present> {
  const at = now();
  const [processes, lately, day, lastErrors] = await Promise.all([
    readProcesses(redis, now),
    readWindow(redis, { now: at, lengthMs: NOW_MINUTES * MINUTE_MS }),
    readWindow(redis, { now: at, lengthMs: 24 * HOUR_MS }),
    readLastErrors(redis),
  ]);
  return { processes, lately: countsOf(lately), day: countsOf(day), lastErrors };
}

/** Whether the processes are there, alike, and can do their work. */
export function judgeProcesses({ processes }: Present, now: number): PresentFinding[] {
  const findings: PresentFinding[] = [];
  for (const { service, name, reasons, reloadFailedAt } of processes) {
    if (reasons.length > 0) {
      findings.push(
        failed(
          `${service} ${name} is not ready: ${reasons.join('; ')}`,
          'It says in its log, and at /readyz, what to change.',
        ),
      );
    }
    if (reloadFailedAt !== undefined) {
      findings.push(
        failed(
          `${service} ${name} could not load its configuration again ${ago(now - reloadFailedAt)}, and goes on with the old one`,
          'Look for config.reload_failed in its log; correct the file, and it is loaded by itself.',
        ),
      );
    }
  }
  const versions = [...new Set(processes.map(({ version }) => version))].toSorted();
  if (versions.length > 1) {
    findings.push(
      warning(
        `processes of several versions run: ${versions.join(', ')}`,
        'Finish the update: roll the rest of the processes.',
      ),
    );
  }
  const count = (service: string) => processes.filter((status) => status.service === service).length;
  const [version] = versions;
  if (findings.length === 0) {
    findings.push(
      processes.length === 0
        ? warning('no process reports to this Redis', 'Start ingress and worker with this REDIS_URL.')
        : ok(
            `workers: ${count('worker')}, ingress processes: ${count('ingress')}, all of version ${version}`,
          ),
    );
  }
  return findings;
}

/** Whether codes come in, go out and arrive. */
export function judgeTraffic(present: Present, now: number): PresentFinding[] {
  const findings = [
    ...judgeTokens(present),
    ...judgeProviders(present, now),
    ...judgeOutcomes(present),
    ...judgeReceipts(present),
    ...judgeRefusals(present),
  ];
  if (findings.length > 0) return findings;
  const { lately } = present;
  const [accepted, sent] = [total(lately, 'accepted'), total(lately, 'outcome', undefined, 'sent')];
  const delivered = total(lately, 'receipt', undefined, undefined, 'delivered');
  return [
    ok(
      accepted + sent === 0
        ? `no messages in the last ${NOW_MINUTES} minutes`
        : `in the last ${NOW_MINUTES} minutes ${accepted} accepted, ${sent} sent, ${delivered} delivered`,
    ),
  ];
}

function judgeTokens({ lately }: Present): PresentFinding[] {
  const isServed = total(lately, 'accepted') > 0;
  return seriesOf(lately, 'refused').flatMap(({ labels: [problem, connection, fault = ''], count }) => {
    if (problem !== 'unauthenticated') return [];
    const { verdict, advice } = tokenFault(fault);
    const text = `${counted(count, 'request')} of connection ${connection} refused (401): ${verdict}`;
    return [isServed ? warning(text, advice) : failed(text, advice)];
  });
}

function judgeProviders({ lately, lastErrors }: Present, now: number): PresentFinding[] {
  const attempts = seriesOf(lately, 'attempt');
  const providers = [...new Set(attempts.map(({ labels: [provider = ''] }) => provider))].toSorted();
  return providers.flatMap((provider) => {
    const own = attempts.filter(({ labels }) => labels[0] === provider);
    const sum = (results: (result: string) => boolean) =>
      own.reduce((all, { labels, count }) => all + (results(labels[2] ?? '') ? count : 0), 0);
    const all = sum(() => true);
    // Not the provider's fault: a number that nobody can reach.
    const failures = sum((result) => result !== 'accepted' && result !== 'rejected');
    const rejected = sum((result) => result === 'rejected');
    const error = lastErrors.get(provider);
    const last =
      error === undefined ? '' : `; last: ${inWords(error.code || error.result)}, ${ago(now - error.at)}`;
    const advice = error === undefined ? CURES.provider : CURES[reasonOf(error.code).cure];
    const name = inSentence(provider);
    if (failures > 0 && failures === all && all >= 2) {
      return [failed(`every attempt at ${name} fails, ${all} of ${all}${last}`, advice)];
    }
    if (all >= ENOUGH && failures / all >= SOME) {
      const text = `${failures} of ${all} attempts at ${name} fail${last}`;
      return [failures / all >= MANY ? failed(text, advice) : warning(text, advice)];
    }
    if (all >= ENOUGH && rejected / all >= MANY) {
      return [
        warning(
          `${providerName(provider)} refuses ${rejected} of ${all} numbers${last}`,
          'Look where the numbers come from: npm run gateway -- why NUMBER.',
        ),
      ];
    }
    return [];
  });
}

function judgeOutcomes({ lately }: Present): PresentFinding[] {
  const of = (outcome: string) => total(lately, 'outcome', undefined, outcome);
  const concluded = of('sent') + of('failed') + of('expired');
  const expired = of('expired');
  if (expired === 0) return [];
  const text = `${expired} of ${concluded} codes expired before anybody sent them`;
  const advice = 'See the providers above; without failures there, add workers or raise CONCURRENCY.';
  return [expired / concluded >= SOME ? failed(text, advice) : warning(text, advice)];
}

function judgeReceipts({ lately, day }: Present): PresentFinding[] {
  const providers = [...new Set(seriesOf(day, 'receipt').map(({ labels: [provider = ''] }) => provider))];
  return providers.flatMap((provider) => {
    const name = inSentence(provider);
    const receipts = (counts: Counts, status?: string) =>
      total(counts, 'receipt', provider, undefined, status);
    const accepted = total(lately, 'attempt', provider, undefined, 'accepted');
    if (accepted >= ENOUGH && receipts(lately) === 0) {
      return [
        warning(
          `receipts of ${name} stopped: none for ${accepted} messages that it took`,
          'Compare PUBLIC_URL with what it calls; gateway_receipts_refused_total counts calls whose signature is wrong.',
        ),
      ];
    }
    const failures =
      receipts(lately, 'undelivered') + receipts(lately, 'failed') + receipts(lately, 'expired');
    const final = failures + receipts(lately, 'delivered');
    if (final < ENOUGH || failures / final < SOME) return [];
    const text = `${failures} of ${final} messages of ${name} were not delivered`;
    const advice =
      'Look at single ones with npm run gateway -- why NUMBER; a sender that is not registered is the usual cause.';
    return [failures / final >= MANY ? failed(text, advice) : warning(text, advice)];
  });
}

function judgeRefusals({ lately }: Present): PresentFinding[] {
  const unavailable = total(lately, 'refused', 'queue_unavailable');
  const limited = ['limit_reached', 'spend_cap_reached', 'pumping_suspected'].reduce(
    (sum, problem) => sum + total(lately, 'refused', problem),
    0,
  );
  const accepted = total(lately, 'accepted');
  return [
    ...(unavailable === 0
      ? []
      : [
          warning(
            `${counted(unavailable, 'request')} answered 503`,
            'See the check of Redis; a caller that tries again gets through.',
          ),
        ]),
    ...(limited < ENOUGH || limited / (limited + accepted) < SOME
      ? []
      : [
          warning(
            `${limited} of ${limited + accepted} requests were refused by limits`,
            'See docs/screening.md#under-attack, or raise the limit: npm run gateway -- explain NUMBER shows each.',
          ),
        ]),
  ];
}

const ok = (finding: string): PresentFinding => ({ status: 'ok', finding, advice: undefined });
const warning = (finding: string, advice: string): PresentFinding => ({ status: 'warning', finding, advice });
const failed = (finding: string, advice: string): PresentFinding => ({ status: 'failed', finding, advice });

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}
