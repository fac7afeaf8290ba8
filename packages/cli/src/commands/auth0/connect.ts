import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { createManagementClient } from '../../tenant/management.ts';
import { writeSecretFile } from '../../tenant/snapshot.ts';
import { messageOf } from '@sms-gateway/dev-redis';
import { WrongUse } from '../../wrong-use.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_USAGE } from '../command.ts';
import { connectAction } from './connect-action.ts';
import { connectConnection } from './connect-connection.ts';
import { orFailure } from './failures.ts';
import type { ConnectOptions } from './connect-job.ts';
import { codeTtlProblem, targetOf, tenantOf } from './options.ts';

/** `auth0 connect`. */
export async function connect(options: ConnectOptions, context: CommandContext): Promise<CommandResult> {
  const problem = problemOf(options);
  if (problem !== undefined && !options.json) throw new WrongUse(problem);
  const result =
    problem === undefined
      ? await orFailure(() => connectTenant(options, context))
      : { exitCode: EX_USAGE, output: `${problem}\n` };
  if (!options.json || result.report !== undefined) return result;
  const report = { applied: false, reason: result.output.trimEnd() };
  return { ...result, report: `${JSON.stringify(report, null, 2)}\n` };
}

function problemOf({ action, mfa, test, connection, codeTtl }: ConnectOptions): string | undefined {
  if (action && connection !== undefined) {
    return '--connection is for legacy tenants, --action for newer ones: use only one of them.';
  }
  if (!action && (mfa || test !== undefined || codeTtl !== undefined)) {
    return '--mfa, --test and --code-ttl require --action.';
  }
  if (mfa && test !== undefined) {
    return '--test cannot be combined with --mfa: Auth0 has no test message for MFA Actions.';
  }
  if (mfa && codeTtl !== undefined) {
    return '--code-ttl cannot be combined with --mfa: the Action for MFA does not check the age of a code.';
  }
  if (test !== undefined && parsePhoneNumber(test) === undefined) {
    return '--test must be a phone number with its country code, such as +14155550123.';
  }
  return codeTtlProblem(codeTtl);
}

async function connectTenant(values: ConnectOptions, context: CommandContext): Promise<CommandResult> {
  const path = values.generateSecret;
  const isShownOnly = values.dryRun === true || (values.json === true && !values.yes);
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

type Generated = { kind: 'secret'; secret: string } | { kind: 'problem'; message: string };

async function generate(
  file: string,
  isShownOnly: boolean,
  { dialogue }: CommandContext,
): Promise<Generated> {
  const problem = (why: string): Generated => ({
    kind: 'problem',
    message: `No secret was generated: ${why}. An existing file is never overwritten; to use its secret, set AUTH0_SECRET_FILE.\n`,
  });
  const secret = randomBytes(32).toString('base64url');
  if (isShownOnly) {
    if (existsSync(file)) return problem(`${file} exists`);
    dialogue.say(`Would generate a secret of 32 bytes in ${file}.`);
    return { kind: 'secret', secret };
  }
  try {
    await writeSecretFile(file, `${secret}\n`);
  } catch (error) {
    return problem(messageOf(error));
  }
  dialogue.say(
    `A secret of 32 bytes is in ${file} (only you can read it). Give it to the gateway, as AUTH0_SECRET_FILE=${file} or \${file:${file}} in its YAML file. If the gateway does not have it yet, do that now, then run this again without --generate-secret.`,
  );
  return { kind: 'secret', secret };
}
