import { WrongUse } from '../wrong-use.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { checkCallers } from './doctor/check-callers.ts';
import { checkClock } from './doctor/check-clock.ts';
import { checkConfiguration } from './doctor/check-configuration.ts';
import { checkProcesses, checkTraffic } from './doctor/check-present.ts';
import { checkProviders } from './doctor/check-providers.ts';
import { checkPublicUrl } from './doctor/check-public-url.ts';
import { checkRedis } from './doctor/check-redis.ts';
import { checkSecrets } from './doctor/check-secrets.ts';
import { checkSegments } from './doctor/check-segments.ts';
import { checkTenant } from './doctor/check-tenant.ts';
import { checkTls } from './doctor/check-tls.ts';
import { checkWorker } from './doctor/check-worker.ts';
import type { DOCTOR_CHECKS } from './doctor/check-names.ts';
import { createFacts, type Facts } from './doctor/facts.ts';
import { doctorJson, doctorReport, isSound } from './doctor/report.ts';
import { type Check, runChecks } from './doctor/run-checks.ts';

const CHECKS: Record<keyof typeof DOCTOR_CHECKS, Check<Facts>['run']> = {
  configuration: checkConfiguration,
  redis: checkRedis,
  worker: checkWorker,
  processes: checkProcesses,
  traffic: checkTraffic,
  secrets: checkSecrets,
  providers: checkProviders,
  clock: checkClock,
  'public-url': checkPublicUrl,
  tls: checkTls,
  segments: checkSegments,
  callers: checkCallers,
  tenant: checkTenant,
};

/** Longer than the timeout of any call that a check makes. */
const TIME_LIMIT_MS = 25_000;

/** `doctor`. */
export async function diagnose(
  { only, json = false }: { only?: string[] | undefined; json?: boolean | undefined },
  context: CommandContext,
): Promise<CommandResult> {
  const wanted = only?.flatMap((names) => names.split(',').map((name) => name.trim()));
  const checks = Object.entries(CHECKS).map(([name, run]) => ({ name, run }));
  const unknown = wanted?.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) throw new WrongUse(`There is no check ${JSON.stringify(unknown)}.`);
  const facts = await createFacts(context, { now: Date.now });
  const findings = await runChecks({
    checks: checks.filter(({ name }) => wanted === undefined || wanted.includes(name)),
    facts,
    timeLimitMs: TIME_LIMIT_MS,
  });
  return {
    exitCode: isSound(findings) ? 0 : 1,
    output: '',
    report: json ? doctorJson(findings) : doctorReport(findings, context.paint),
  };
}
