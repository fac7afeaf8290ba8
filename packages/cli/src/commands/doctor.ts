import { parseArgs } from 'node:util';
import { type CommandContext, type CommandResult, usageError } from './command.ts';
import { checkClock } from './doctor/check-clock.ts';
import { checkConfiguration } from './doctor/check-configuration.ts';
import { checkProviders } from './doctor/check-providers.ts';
import { checkPublicUrl } from './doctor/check-public-url.ts';
import { checkRedis } from './doctor/check-redis.ts';
import { checkSecrets } from './doctor/check-secrets.ts';
import { checkSegments } from './doctor/check-segments.ts';
import { checkTenant } from './doctor/check-tenant.ts';
import { checkTls } from './doctor/check-tls.ts';
import { checkWorker } from './doctor/check-worker.ts';
import { createFacts, type Facts } from './doctor/facts.ts';
import { doctorJson, doctorReport, isSound } from './doctor/report.ts';
import { type Check, runChecks } from './doctor/run-checks.ts';

const CHECKS: (Check<Facts> & { summary: string })[] = [
  { name: 'configuration', summary: 'ingress and worker could start with it', run: checkConfiguration },
  { name: 'redis', summary: 'it holds what DURABILITY promises', run: checkRedis },
  { name: 'worker', summary: 'one is there to send what Redis holds', run: checkWorker },
  { name: 'secrets', summary: 'length, placeholders, a rotation under way', run: checkSecrets },
  { name: 'providers', summary: 'they know the credentials, asked without sending', run: checkProviders },
  { name: 'clock', summary: 'this machine against Redis, the gateway, the providers', run: checkClock },
  { name: 'public-url', summary: 'the gateway answers there and believes the secrets', run: checkPublicUrl },
  { name: 'tls', summary: 'certificate and protocol', run: checkTls },
  { name: 'segments', summary: 'what the templates cost', run: checkSegments },
  { name: 'tenant', summary: 'it sends its codes here', run: checkTenant },
];

/** Longer than any one call that a check makes may take. */
const TIME_LIMIT_MS = 25_000;

const USAGE = `Usage: npm run gateway -- doctor [--only NAME[,NAME]] [--json]

Looks at everything that a code passes on its way, and says what to do about each thing that is wrong. It reads what the
processes read (environment, GATEWAY_CONFIG), or what npm start made where nothing is set; with AUTH0_DOMAIN and
AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN) it looks at the tenant too. It changes and sends nothing.

${CHECKS.map(({ name, summary }) => `  ${name.padEnd(15)}${summary}`).join('\n')}

  --only NAME    some of them, comma-separated
  --json         one JSON object, { ok, checks: [{ name, status, finding, advice }] }; a check may have several entries

Ends with 0 where nothing failed (warnings are allowed), else with 1.
`;

/** `doctor`. */
export async function diagnose(args: string[], context: CommandContext): Promise<CommandResult> {
  const options = parse(args);
  if (options.kind === 'help') return { exitCode: 0, output: USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, USAGE);
  const { only, json } = options;
  const facts = await createFacts(context, { now: Date.now });
  const checks = CHECKS.filter(({ name }) => only === undefined || only.includes(name));
  const findings = await runChecks({ checks, facts, timeLimitMs: TIME_LIMIT_MS });
  return {
    exitCode: isSound(findings) ? 0 : 1,
    output: '',
    report: json ? doctorJson(findings) : doctorReport(findings, context.paint),
  };
}

type Options =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | { kind: 'given'; only: string[] | undefined; json: boolean };

function parse(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const only = values.only?.flatMap((names) => names.split(',').map((name) => name.trim()));
    const unknown = only?.find((name) => !CHECKS.some((check) => check.name === name));
    if (unknown !== undefined) {
      return { kind: 'wrong', problem: `There is no check ${JSON.stringify(unknown)}.` };
    }
    return { kind: 'given', only, json: values.json };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
