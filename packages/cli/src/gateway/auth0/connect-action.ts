import { actionContent } from '../../auth0/action-content.ts';
import { type ActionTrigger, createActionsApi } from '../../auth0/actions-api.ts';
import { deployAction, type Deployment, plannedSteps, readActionState } from '../../auth0/deploy-action.ts';
import { createPhoneProvidersApi } from '../../auth0/phone-providers-api.ts';
import type { CommandResult } from '../command.ts';
import { checkGateway } from './check-gateway.ts';
import type { ConnectJob } from './connect.ts';
import { agree } from './connect-connection.ts';
import { exitCodeOf } from './failures.ts';
import { snapshotFolder } from './options.ts';

/** Deploys the Action that hands the tenant's codes to the gateway. */
export async function connectAction({
  client,
  domain,
  target,
  values,
  context,
}: ConnectJob): Promise<CommandResult> {
  const { dialogue, env } = context;
  const now = Date.now;
  const trigger: ActionTrigger = values.mfa ? 'send-phone-message' : 'custom-phone-provider';
  const apis = {
    actions: createActionsApi(client, { now }),
    providers: createPhoneProvidersApi(client, { now }),
  };
  const content = await actionContent(trigger, target);
  const found = await readActionState(apis, trigger, content.name);
  if (found.kind === 'several') {
    return {
      exitCode: 1,
      output: `The tenant has several deployed Actions for ${trigger}: ${found.names.join(', ')}. Auth0 allows one by now: delete the others first.\n`,
    };
  }
  const steps = plannedSteps(found.state, content, trigger);
  const shown = { domain, trigger, gatewayUrl: target.url, steps };
  const json = (more: object, exitCode = 0): CommandResult => ({
    exitCode,
    output: '',
    report: `${JSON.stringify({ ...shown, ...more }, null, 2)}\n`,
  });

  if (!values.json)
    dialogue.say(
      [`Tenant ${domain}, gateway ${target.url}:`, ...steps.map((step) => `  - ${step}`)].join('\n'),
    );
  if (values['dry-run'] || (values.json && !values.yes)) {
    return values.json
      ? json({ applied: false })
      : { exitCode: 0, output: 'Nothing was changed: this was a dry run.\n' };
  }
  const mayAsk = !values.yes;
  const check = await checkGateway(target, context, { skip: values['skip-check'], mayAsk, now });
  if (!check.mayGoOn) {
    return values.json ? json({ applied: false, gateway: check.probe.kind }, 1) : { exitCode: 1, output: '' };
  }
  const agreed = await agree('Do all this?', mayAsk, context);
  if (agreed !== 'yes') return agreed;

  const deployment = await deployAction({
    ...apis,
    trigger,
    content,
    before: found.state,
    domain,
    snapshotFolder: snapshotFolder(values['save-to'], env),
    now,
  });
  const result = deploymentReport(deployment, trigger);
  const isTested =
    deployment.kind === 'deployed' && deployment.providerId !== undefined && values.test !== undefined;
  if (isTested) await apis.providers.sendTest(deployment.providerId ?? '', values.test ?? '');
  const testNote = isTested
    ? 'Auth0 has been asked for its test message; the ingress logs request.completed when it comes.\n'
    : '';
  if (!values.json) return { ...result, output: result.output + testNote };
  if (result.exitCode !== 0) dialogue.say(result.output);
  const savedTo = 'savedTo' in deployment ? deployment.savedTo : undefined;
  return json(
    { applied: deployment.kind === 'deployed', end: deployment.kind, savedTo, tested: isTested },
    result.exitCode,
  );
}

function deploymentReport(deployment: Deployment, trigger: ActionTrigger): CommandResult {
  switch (deployment.kind) {
    case 'deployed': {
      const { savedTo } = deployment;
      return {
        exitCode: 0,
        output: [
          'Deployed.',
          ...(savedTo === undefined
            ? []
            : [`To put the earlier code back: npm run gateway -- auth0 restore ${savedTo}`]),
          ...(trigger === 'custom-phone-provider'
            ? [
                'A tenant that is older than March 2025 uses it once "Use Tenant-level Messaging Provider" is on, under Authentication > Passwordless > SMS.',
              ]
            : []),
          '',
        ].join('\n'),
      };
    }
    case 'changed_by_others':
      return {
        exitCode: 1,
        output:
          'The Action was changed by somebody else meanwhile, so nothing was written. Run this again.\n',
      };
    case 'stopped': {
      const { failure, done, savedTo } = deployment;
      const isSecond = failure.code === 'actions_cardinality_custom_phone_provider_not_allowed';
      return {
        exitCode: exitCodeOf(failure),
        output: [
          failure.message,
          ...(isSecond
            ? ['The tenant has an Action for this trigger that cannot be seen with these credentials.']
            : []),
          done.length === 0
            ? 'Nothing was changed.'
            : `Done before: ${done.join(', ')}. Run this again to go on.`,
          ...(savedTo === undefined ? [] : [`What was there is in ${savedTo}.`]),
          '',
        ].join('\n'),
      };
    }
  }
}
