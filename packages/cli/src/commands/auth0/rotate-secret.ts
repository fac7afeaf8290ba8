import { parseDurationMs } from '@sms-gateway/config';
import { asAuth0Takes } from '../../tenant/gateway-target.ts';
import { createManagementClient } from '../../tenant/management.ts';
import { describeProbe, probeGateway } from '../../tenant/probe-gateway.ts';
import { areKeys, createSecretFile } from '../../tenant/secret-file.ts';
import { untilBelieved } from '../../tenant/until-believed.ts';
import { WrongUse } from '../../wrong-use.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_TEMPFAIL } from '../command.ts';
import type { ConnectJob } from './connect-job.ts';
import { connectConnection } from './connect-connection.ts';
import { orFailure } from './failures.ts';
import { codeTtlProblem, type GatewayOptions, targetOf, tenantOf } from './options.ts';
import { retireSecret, whyKept } from './retire-secret.ts';
import { rotateActions, type Rotated } from './rotate-actions.ts';

type Options = GatewayOptions & {
  secretFile?: string | undefined;
  keepOld?: boolean | undefined;
  wait: string;
  grace: string;
};

/** `auth0 rotate-secret`. */
export function rotateSecret(values: Options, context: CommandContext): Promise<CommandResult> {
  return orFailure(async () => {
    const [waitMs, graceMs] = [parseDurationMs(values.wait), parseDurationMs(values.grace)];
    if (waitMs === undefined || graceMs === undefined) {
      throw new WrongUse('--wait and --grace must be durations with a unit, such as 30s or 10m.');
    }
    if (values.action && values.connection !== undefined) {
      throw new WrongUse('--connection cannot be combined with --action.');
    }
    const { codeTtl } = values;
    const problem =
      codeTtl !== undefined && !values.action ? '--code-ttl requires --action.' : codeTtlProblem(codeTtl);
    if (problem !== undefined) throw new WrongUse(problem);
    const { dialogue, env } = context;
    const path = values.secretFile ?? (env['AUTH0_SECRET_FILE'] || undefined);
    const secretFile = path === undefined ? undefined : createSecretFile(path);

    let found = await targetOf(values, context);
    if (found.kind === 'problem') return { exitCode: EX_CONFIG, output: `${found.message}\n` };
    if (secretFile !== undefined && !areKeys(await secretFile.read(), found.secrets)) {
      return {
        exitCode: EX_CONFIG,
        output: `${path} does not contain the secrets of the gateway's connection ${values.gatewayConnection}: name the right file with --secret-file, or unset AUTH0_SECRET_FILE if they are not in a file. Nothing was changed.\n`,
      };
    }
    if (found.secrets.length === 1) {
      if (secretFile === undefined) return { exitCode: EX_TEMPFAIL, output: FIRST_STEP };
      if (values.dryRun)
        return { exitCode: 0, output: `Would write a new secret to ${path}, before the old one.\n` };
      await secretFile.addNew();
      dialogue.say(`Step 1: a new secret of 32 bytes is in ${path}, before the old one.`);
      found = await targetOf(values, context);
      if (found.kind === 'problem') return { exitCode: EX_CONFIG, output: `${found.message}\n` };
      if (found.secrets.length === 1) {
        return {
          exitCode: EX_CONFIG,
          output: `The gateway's settings do not read ${path}: is it the right file?\n`,
        };
      }
    }

    const { target, secrets } = found;
    const old = { ...target, ...asAuth0Takes(secrets[1] ?? new Uint8Array()) };
    if (!values.dryRun) {
      dialogue.say('Step 1: waiting until the gateway accepts the new secret …');
      const believed = await untilBelieved(target, { waitMs, now: Date.now });
      if (believed.kind !== 'believed') {
        return {
          exitCode: EX_TEMPFAIL,
          output: `${describeProbe(believed, target.url)}\nAuth0 still signs with the old secret, so nothing is lost. Run this again once the gateway has the new one.\n`,
        };
      }
      const oldStill = await probeGateway(old, Date.now);
      dialogue.say(
        oldStill.kind === 'believed'
          ? 'Step 1 is done: the gateway accepts both.'
          : 'The gateway no longer accepts the second secret. If Auth0 still signs with it, codes are being lost now.',
      );
    }

    const tenant = await tenantOf(values, context);
    if (tenant.kind === 'problem') return { exitCode: EX_CONFIG, output: `${tenant.message}\n` };
    const job = {
      client: createManagementClient(tenant.tenant),
      domain: tenant.tenant.domain,
      target,
      values,
      context,
    };
    dialogue.say('Step 2: setting the new secret at Auth0.');
    const changed = await (values.action ? rotateActions(job) : rotateConnection(job));
    if (changed.kind === 'ended') return changed.result;
    dialogue.say(changed.output.trimEnd());

    if (values.keepOld)
      return { exitCode: 0, output: 'The gateway still accepts the old secret (--keep-old).\n' };
    const [newKey = new Uint8Array(), ...oldKeys] = secrets;
    const use = { client: job.client, oldKeys, rotated: changed.ids };
    return (
      (await whyKept(use)) ?? retireSecret({ use, newKey, secretFile, path, graceMs, waitMs, old, context })
    );
  });
}

async function rotateConnection(job: ConnectJob): Promise<Rotated> {
  const result = await connectConnection(job);
  return result.exitCode !== 0 || job.values.dryRun
    ? { kind: 'ended', result }
    : { kind: 'rotated', ids: new Set(), output: result.output };
}

const FIRST_STEP = `Step 1: generate a new secret (openssl rand -base64 32 | tr '+/' '-_' | tr -d '='), put it before the old one at every
ingress process (AUTH0_SECRET=NEW,OLD), and run this again with the same setting. If the secret is in a file that the
gateway reads (AUTH0_SECRET_FILE), this command does it for you.
`;
