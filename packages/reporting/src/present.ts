import type { RedisClient } from '@sms-gateway/redis';
import { type Counts, countsOf, labelsOf, seriesOf, total, undelivered } from './counts.ts';
import { type LastError, readLastErrors } from './last-errors.ts';
import { type ProcessStatus, readProcesses } from './processes.ts';
import { readWindow } from './rollup-reader.ts';
import { HOUR_MS, MINUTE_MS } from './series.ts';
import { CURES } from './why/cures.ts';
import { inSentence, providerName } from './why/provider-names.ts';
import { inWords, reasonOf } from './why/reasons.ts';
import { tokenFault } from './why/refusals.ts';

/** What works or fails now: one line, and one line of advice if something must be done. */
export type PresentFinding = {
  status: 'ok' | 'warning' | 'failed';
  finding: string;
  advice: string | undefined;
};

/** The status that the processes report, and their latest counts. */
export type Present = {
  processes: ProcessStatus[];
  /** Of the last 15 minutes. */
  lately: Counts;
  /** Of the last day. */
  day: Counts;
  /** By provider. */
  lastErrors: ReadonlyMap<string, LastError>;
};

/** Minutes that count as now. */
const NOW_MINUTES = 15;
/** Fewer attempts, messages or receipts than this make a ratio meaningless. */
const ENOUGH = 5;
/** From these ratios on, something is wrong, or likely to be. */
const MANY = 0.5;
const SOME = 0.2;

/** @throws {Error} from Redis. */
export async function readPresent(redis: RedisClient, now: () => number): Promise<Present> {
  const at = now();
  const [processes, lately, day, lastErrors] = await Promise.all([
    readProcesses(redis, now),
    readWindow(redis, { now: at, lengthMs: NOW_MINUTES * MINUTE_MS }),
    readWindow(redis, { now: at, lengthMs: 24 * HOUR_MS }),
    readLastErrors(redis),
  ]);
  return { processes, lately: countsOf(lately.steps), day: countsOf(day.steps), lastErrors };
}

/** Whether the processes run, agree in version and configuration, and are ready. */
export function judgeProcesses({ processes }: Present, now: number): PresentFinding[] {
  const findings: PresentFinding[] = [];
  for (const { service, name, reasons, reloadFailedAt } of processes) {
    if (reasons.length > 0) {
      findings.push(
        failed(
          `${service} ${name} is not ready: ${reasons.join('; ')}`,
          'Its log and /readyz say what to change.',
        ),
      );
    }
    if (reloadFailedAt !== undefined) {
      findings.push(
        failed(
          `${service} ${name} could not reload its configuration ${ago(now - reloadFailedAt)}, and still uses the old one`,
          'See config.reload_failed in its log, and correct the file; it is reloaded automatically.',
        ),
      );
    }
  }
  const versions = [...new Set(processes.map(({ version }) => version))].toSorted();
  if (versions.length > 1) {
    findings.push(
      warning(
        `processes of different versions are running: ${versions.join(', ')}`,
        'Finish the update: replace the remaining processes.',
      ),
    );
  }
  const count = (service: string) => processes.filter((status) => status.service === service).length;
  const [version] = versions;
  if (findings.length === 0) {
    findings.push(
      processes.length === 0
        ? warning('no process reports to this Redis', 'Start ingress and worker with this REDIS_URL.')
        : ok(`workers: ${count('worker')}, ingress processes: ${count('ingress')}, all version ${version}`),
    );
  }
  return findings;
}

/** Whether codes are accepted, sent and delivered. */
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
  return labelsOf(lately, 'attempt', 0).flatMap((provider) => {
    const attempts = (result?: string) => total(lately, 'attempt', provider, undefined, result);
    const all = attempts();
    const rejected = attempts('rejected');
    // A rejection is not the provider's fault: the number cannot be reached.
    const failures = all - attempts('accepted') - rejected;
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
          'Check where the numbers come from: npm run gateway -- why NUMBER.',
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
  const text = `${expired} of ${concluded} codes expired before they were sent`;
  const advice = 'See the providers above. If they do not fail, add workers or raise CONCURRENCY.';
  return [expired / concluded >= SOME ? failed(text, advice) : warning(text, advice)];
}

function judgeReceipts({ lately, day }: Present): PresentFinding[] {
  return labelsOf(day, 'receipt', 0).flatMap((provider) => {
    const name = inSentence(provider);
    const accepted = total(lately, 'attempt', provider, undefined, 'accepted');
    if (accepted >= ENOUGH && total(lately, 'receipt', provider) === 0) {
      return [
        warning(
          `receipts of ${name} have stopped: none for ${accepted} messages that it accepted`,
          'Compare PUBLIC_URL with the URL that it calls; gateway_receipts_refused_total counts calls with a wrong signature.',
        ),
      ];
    }
    const failures = undelivered(lately, provider);
    const final = failures + total(lately, 'receipt', provider, undefined, 'delivered');
    if (final < ENOUGH || failures / final < SOME) return [];
    const text = `${failures} of ${final} messages of ${name} were not delivered`;
    const advice =
      'Check some of them with npm run gateway -- why NUMBER; the usual cause is a sender that is not registered.';
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
            'See the check of Redis; callers that retry get through once Redis works.',
          ),
        ]),
    ...(limited < ENOUGH || limited / (limited + accepted) < SOME
      ? []
      : [
          warning(
            `${limited} of ${limited + accepted} requests were refused by limits`,
            'See docs/screening.md#under-attack, or raise the limit; npm run gateway -- explain NUMBER shows all limits.',
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
