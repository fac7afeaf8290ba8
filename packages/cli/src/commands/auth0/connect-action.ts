import { type ActionState, readActionState } from '../../tenant/action-state.ts';
import { actionContent, CODE_TTL } from '../../tenant/action-content.ts';
import { type ActionTrigger, createActionsApi } from '../../tenant/actions-api.ts';
import { deployAction, type Deployment } from '../../tenant/deploy-action.ts';
import { ManagementFailure } from '../../tenant/management-failure.ts';
import { createPhoneProvidersApi, type PhoneProvidersApi } from '../../tenant/phone-providers-api.ts';
import { plannedSteps } from '../../tenant/planned-steps.ts';
import { type CommandResult, EX_USAGE } from '../command.ts';
import { changeTenant, type TenantChange } from './change-tenant.ts';
import type { ConnectJob } from './connect-job.ts';
import { exitCodeOf } from './failures.ts';
import { snapshotFolder } from './options.ts';
import { unfinishedReport } from './steps-report.ts';

/** Deploys the Action that passes the tenant's codes to the gateway. */
export async function connectAction({
  client,
  domain,
  target,
  values,
  context,
}: ConnectJob): Promise<CommandResult> {
  const { env } = context;
  const now = Date.now;
  const trigger: ActionTrigger = values.mfa ? 'send-phone-message' : 'custom-phone-provider';
  const apis = {
    actions: createActionsApi(client, { now }),
    providers: createPhoneProvidersApi(client, { now }),
  };
  const content = await actionContent(trigger, target, values.codeTtl);
  const found = await readActionState(apis, trigger, content.name);
  if (found.kind === 'several') {
    return {
      exitCode: 1,
      output: `The tenant has several Actions for ${trigger}: ${found.names.join(', ')}. Auth0 now allows only one: delete the others first.\n`,
    };
  }
  if (values.codeTtl === undefined && hasCodeTtl(found.state)) {
    return { exitCode: EX_USAGE, output: `${codeTtlAdvice(found.state.action?.name ?? '')}\n` };
  }
  const steps = plannedSteps(found.state, content, trigger);
  const change: TenantChange = {
    title: `Tenant ${domain}, gateway ${target.url}:`,
    plan: steps.map((step) => `  - ${step}`),
    unchanged: '',
    question: 'Make these changes?',
    target,
    shown: { domain, trigger, gatewayUrl: target.url, steps },
    apply: async () => {
      const deployment = await deployAction({
        ...apis,
        trigger,
        content,
        before: found.state,
        domain,
        snapshotFolder: snapshotFolder(values.saveTo, env),
        now,
      });
      const { kind, savedTo, providerId = '' } = deployment;
      const deployed = deploymentReport(deployment, trigger);
      const tested =
        kind === 'done' && values.test !== undefined
          ? await sendTest(apis.providers, providerId, values.test)
          : undefined;
      return {
        result: {
          exitCode: tested?.exitCode || deployed.exitCode,
          output: deployed.output + (tested?.output ?? ''),
        },
        isApplied: kind === 'done',
        more: { end: kind === 'done' ? 'deployed' : kind, savedTo, tested: tested?.exitCode === 0 },
      };
    },
  };
  return changeTenant(change, values, context);
}

function hasCodeTtl({ action }: ActionState): boolean {
  return action?.secretNames.includes(CODE_TTL) === true;
}

/** A change replaces all secrets at once, and their values cannot be read. */
export function codeTtlAdvice(name: string): string {
  return `The Action "${name}" has a secret ${CODE_TTL}, which Auth0 does not show and which would be lost. Set it again with --code-ttl SECONDS: how long a code is valid at Auth0, totp.time_step in the options of the connection. Nothing was changed.`;
}

async function sendTest(providers: PhoneProvidersApi, id: string, to: string): Promise<CommandResult> {
  try {
    await providers.sendTest(id, to);
  } catch (error) {
    if (!(error instanceof ManagementFailure)) throw error;
    return {
      exitCode: exitCodeOf(error),
      output: `${error.message} Everything is deployed; only the test message failed.\n`,
    };
  }
  return {
    exitCode: 0,
    output:
      'Auth0 has been asked to send its test message; the ingress logs request.completed when it arrives.\n',
  };
}

function deploymentReport(deployment: Deployment, trigger: ActionTrigger): CommandResult {
  const { savedTo } = deployment;
  if (deployment.kind !== 'done') {
    const isSecond =
      deployment.kind === 'stopped' &&
      deployment.failure.code === 'actions_cardinality_custom_phone_provider_not_allowed';
    return unfinishedReport(deployment, [
      ...(isSecond ? ['The tenant has an Action for this trigger that these credentials cannot see.'] : []),
      ...(savedTo === undefined ? [] : [`The previous settings are in ${savedTo}.`]),
    ]);
  }
  return {
    exitCode: 0,
    output: [
      'Deployed.',
      ...(savedTo === undefined
        ? []
        : [`To restore the previous settings: npm run gateway -- auth0 restore ${savedTo}`]),
      ...(trigger === 'custom-phone-provider'
        ? [
            'A tenant from before March 2025 uses it only if "Use Tenant-level Messaging Provider" is on, under Authentication > Passwordless > SMS.',
          ]
        : []),
      '',
    ].join('\n'),
  };
}
