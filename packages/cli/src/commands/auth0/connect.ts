import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { createManagementClient } from '../../tenant/management.ts';
import { writeSecretFile } from '../../tenant/snapshot.ts';
import { messageOf } from '@sms-gateway/dev-redis';
import { type CommandContext, type CommandResult, EX_CONFIG, usageError } from '../command.ts';
import { connectAction } from './connect-action.ts';
import { connectConnection } from './connect-connection.ts';
import { orFailure } from './failures.ts';
import {
  CODE_TTL_OPTION,
  CODE_TTL_USAGE,
  codeTtlProblem,
  readArguments,
  SHARED_OPTIONS,
  SHARED_USAGE,
  targetOf,
  tenantOf,
} from './options.ts';

const USAGE = `Usage: npm run gateway -- auth0 connect [--connection NAME | --action [--mfa | --test NUMBER]] [options]

Points an Auth0 tenant at this gateway: shows the change, asks, keeps what was there in a file, changes, looks again.

Tenants from before March 2025 (legacy): the options of the SMS connection.
  --connection NAME          its name or id, where there are several

Newer tenants, and those that have moved to tenant-level messaging: a custom phone provider, run by an Action.
  --action                   deploy the Action of integrations/auth0-action, and make it the tenant's phone provider
  --mfa                      deploy the Action for MFA messages (trigger send-phone-message) in its place
  --test NUMBER              have Auth0 send its test message afterwards
${CODE_TTL_USAGE}
  --generate-secret FILE     make a secret of 32 bytes, in a new file that only you can read
${SHARED_USAGE}`;

const OPTIONS = {
  ...SHARED_OPTIONS,
  ...CODE_TTL_OPTION,
  connection: { type: 'string' },
  action: { type: 'boolean', default: false },
  mfa: { type: 'boolean', default: false },
  test: { type: 'string' },
  'generate-secret': { type: 'string' },
} as const;

const parse = (args: string[]) => parseArgs({ args, options: OPTIONS });

type Values = ReturnType<typeof parse>['values'];

/** `auth0 connect`. */
export async function connect(args: string[], context: CommandContext): Promise<CommandResult> {
  const options = readArguments(args, () => parse(args));
  if (options.kind === 'wrong') return usageError(options.problem, USAGE);
  const { values } = options.parsed;
  if (values.help) return { exitCode: 0, output: USAGE };
  const problem = problemOf(values);
  const result =
    problem === undefined
      ? await orFailure(() => connectTenant(values, context))
      : usageError(problem, values.json ? '' : USAGE);
  if (!values.json || result.report !== undefined) return result;
  const report = { applied: false, reason: result.output.trimEnd() };
  return { ...result, report: `${JSON.stringify(report, null, 2)}\n` };
}

function problemOf(values: Values): string | undefined {
  const { action, mfa, test, connection, 'code-ttl': codeTtl } = values;
  if (action && connection !== undefined) {
    return '--connection is for legacy tenants, --action for newer ones: give one of them.';
  }
  if (!action && (mfa || test !== undefined || codeTtl !== undefined)) {
    return '--mfa and --test go with --action, and so does --code-ttl.';
  }
  if (mfa && test !== undefined) {
    return 'Auth0 has no test message for MFA Actions: --test goes without --mfa.';
  }
  if (mfa && codeTtl !== undefined) {
    return 'The Action for MFA does not look at the age of a code: --code-ttl goes without --mfa.';
  }
  if (test !== undefined && parsePhoneNumber(test) === undefined) {
    return '--test is a phone number with its country code, such as +14155550123.';
  }
  return codeTtlProblem(codeTtl);
}

async function connectTenant(values: Values, context: CommandContext): Promise<CommandResult> {
  const path = values['generate-secret'];
  const isShownOnly = values['dry-run'] || (values.json && !values.yes);
  const generated = path === undefined ? undefined : await generate(resolve(path), isShownOnly, context);
  if (generated?.kind === 'problem') return { exitCode: 1, output: generated.message };
  const found = await targetOf(values, context, generated?.secret);
  if (found.kind === 'problem') return { exitCode: EX_CONFIG, output: `${found.message}\n` };
  if (found.isDevSecret) {
    context.dialogue.say('The secret is the one that npm start made, which is for development.');
  }
  const tenant = await tenantOf(values, context);
  if (tenant.kind === 'problem') return { exitCode: EX_CONFIG, output: `${tenant.message}\n` };

  const { test, ...rest } = values;
  const job = {
    client: createManagementClient(tenant.tenant),
    domain: tenant.tenant.domain,
    target: found.target,
    values: { ...rest, test: test === undefined ? undefined : parsePhoneNumber(test)?.e164 },
    context,
  };
  return values.action ? connectAction(job) : connectConnection(job);
}

/** What the ways to connect have in common. */
export type ConnectJob = {
  client: ReturnType<typeof createManagementClient>;
  domain: string;
  target: Extract<Awaited<ReturnType<typeof targetOf>>, { kind: 'found' }>['target'];
  values: {
    connection?: string | undefined;
    mfa: boolean;
    /** In E.164. */
    test?: string | undefined;
    'code-ttl'?: string | undefined;
    'save-to'?: string | undefined;
    'skip-check': boolean;
    'dry-run': boolean;
    yes: boolean;
    json: boolean;
  };
  context: CommandContext;
};

type Generated = { kind: 'secret'; secret: string } | { kind: 'problem'; message: string };

async function generate(
  file: string,
  isShownOnly: boolean,
  { dialogue }: CommandContext,
): Promise<Generated> {
  const problem = (why: string): Generated => ({
    kind: 'problem',
    message: `No secret was made: ${why}. A file that is there already is left alone; use what is in it with AUTH0_SECRET_FILE.\n`,
  });
  const secret = randomBytes(32).toString('base64url');
  if (isShownOnly) {
    if (existsSync(file)) return problem(`${file} is there`);
    dialogue.say(`Would make a secret of 32 bytes in ${file}.`);
    return { kind: 'secret', secret };
  }
  try {
    await writeSecretFile(file, `${secret}\n`);
  } catch (error) {
    return problem(messageOf(error));
  }
  dialogue.say(
    `A secret of 32 bytes is in ${file} (only you can read it). Give it to the gateway, as AUTH0_SECRET_FILE=${file} or \${file:${file}} in its YAML file, before Auth0 uses it; where the gateway does not have it yet, run this again then, without --generate-secret.`,
  );
  return { kind: 'secret', secret };
}
