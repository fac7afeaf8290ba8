import { createActionsApi } from '../../tenant/actions-api.ts';
import { listSigningActions, planRotation, rotationSteps } from '../../tenant/rotate-action-secrets.ts';
import { runSteps } from '../../tenant/run-steps.ts';
import { type CommandResult, EX_USAGE } from '../command.ts';
import type { ConnectJob } from './connect-job.ts';
import { codeTtlAdvice } from './connect-action.ts';
import { changeTenant } from './change-tenant.ts';
import type { GatewayOptions } from './options.ts';
import { unfinishedReport } from './steps-report.ts';

type Job = Pick<ConnectJob, 'client' | 'domain' | 'target' | 'context'> & {
  values: GatewayOptions & { keepOld?: boolean | undefined };
};

/** The result of step 2. `ids` are those of the Actions that have the new secret. */
export type Rotated =
  | { kind: 'rotated'; ids: ReadonlySet<string>; output: string }
  | { kind: 'ended'; result: CommandResult };

/** Gives the new secret to every Action of the tenant that signs. Shows all of them, and asks once. */
export async function rotateActions({ client, domain, target, values, context }: Job): Promise<Rotated> {
  const actions = createActionsApi(client, { now: Date.now });
  const signing = await listSigningActions(actions);
  if (signing.length === 0) {
    return ended(
      1,
      'The tenant has no Action with a secret GATEWAY_SECRET: connect it with auth0 connect --action.',
    );
  }
  const plans = signing.map((action) => planRotation(action, target, values.codeTtl));
  const [unknown] = plans.filter(({ kind }) => kind === 'code_ttl_unknown');
  if (unknown !== undefined) return ended(EX_USAGE, codeTtlAdvice(unknown.action.name));
  const refused = plans.flatMap((plan) => (plan.kind === 'refused' ? [plan.why] : []));
  const possible = plans.flatMap((plan) => (plan.kind === 'possible' ? [plan] : []));
  if (refused.length > 0 && (!values.keepOld || possible.length === 0)) {
    return ended(1, [...refused, BY_HAND, 'Nothing was changed at Auth0.'].join('\n'));
  }

  let ids: ReadonlySet<string> | undefined;
  const result = await changeTenant(
    {
      title: `Tenant ${domain}, gateway ${target.url}:`,
      plan: [
        ...possible.map(({ action: { name, trigger, deployed }, secrets }) => {
          const names = secrets.map((secret) => secret.name).join(', ');
          const end = deployed === undefined ? 'keep it undeployed' : 'deploy it';
          return `  - Action "${name}" (${trigger}): set ${names}; ${end}`;
        }),
        ...refused.map((why) => `  - not changed: ${why}`),
      ],
      unchanged: '',
      question: 'Make these changes?',
      apply: async () => {
        const end = await runSteps(possible.flatMap((plan) => rotationSteps(actions, plan)));
        if (end.kind !== 'done') {
          const both = 'The gateway accepts both secrets, so nothing is lost.';
          return { result: unfinishedReport(end, [both]), isApplied: false };
        }
        ids = new Set(possible.map(({ action }) => action.id));
        const names = possible.map(({ action }) => `"${action.name}"`).join(', ');
        const lines = [
          `The new secret is in effect: ${names}.`,
          ...(refused.length > 0 ? [...refused, BY_HAND] : []),
        ];
        return { result: { exitCode: 0, output: lines.join('\n') }, isApplied: true };
      },
    },
    values,
    context,
  );
  return ids === undefined ? { kind: 'ended', result } : { kind: 'rotated', ids, output: result.output };
}

const BY_HAND =
  "Set its GATEWAY_SECRET by hand (the first of the gateway's secrets is the new one) and deploy it. --keep-old changes the other Actions and keeps the old secret, which you then remove yourself.";

function ended(exitCode: number, output: string): Rotated {
  return { kind: 'ended', result: { exitCode, output: `${output}\n` } };
}
