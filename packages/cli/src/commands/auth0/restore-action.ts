import { createActionsApi } from '../../tenant/actions-api.ts';
import { createPhoneProvidersApi } from '../../tenant/phone-providers-api.ts';
import {
  planRestoration,
  readSavedState,
  type Restoration,
  restorationSteps,
  restoreState,
} from '../../tenant/restore-action.ts';
import type { ActionSnapshot } from '../../tenant/snapshot.ts';
import type { CommandResult } from '../command.ts';
import { changeTenant } from './change-tenant.ts';
import { snapshotFolder } from './options.ts';
import type { RestoreJob } from './restore-job.ts';
import { unfinishedReport } from './steps-report.ts';

/** Restores an Action, the bindings of its trigger, and the phone provider, as far as they were saved. */
export async function restoreAction(
  snapshot: ActionSnapshot,
  { client, values, context }: RestoreJob,
): Promise<CommandResult> {
  const apis = {
    actions: createActionsApi(client, { now: Date.now }),
    providers: createPhoneProvidersApi(client, { now: Date.now }),
  };
  const now = await readSavedState(apis, snapshot);
  const restoration = planRestoration(now, snapshot);
  const steps = restorationSteps(restoration, snapshot);
  const hints = hintsOf(restoration, snapshot, now.provider === undefined);
  return changeTenant(
    {
      title: `Tenant ${snapshot.domain}:`,
      plan: steps.length === 0 ? [] : [...steps.map((step) => `  - ${step}`), ...hints],
      unchanged: ['Everything that can be restored is as it was saved.', ...hints, ''].join('\n'),
      question: 'Make these changes?',
      apply: async () => {
        const end = await restoreState({
          ...apis,
          restoration,
          now,
          snapshot,
          snapshotFolder: snapshotFolder(values.saveTo, context.env),
          clock: Date.now,
        });
        const back =
          end.savedTo === undefined ? [] : [`To undo it: npm run gateway -- auth0 restore ${end.savedTo}`];
        return end.kind === 'done'
          ? {
              result: { exitCode: 0, output: ['Restored.', ...hints, ...back, ''].join('\n') },
              isApplied: true,
            }
          : { result: unfinishedReport(end, back), isApplied: false };
      },
    },
    values,
    context,
  );
}

/** What a person must do, because Auth0 never reveals the secrets. */
function hintsOf(
  { action, provider }: Restoration,
  snapshot: ActionSnapshot,
  isProviderGone: boolean,
): string[] {
  const hints: string[] = [];
  if (action !== undefined) {
    const names = snapshot.action?.secretNames?.join(', ');
    hints.push(
      `The secrets of the Action "${action.earlier.name}" cannot be restored: enter those that it needs at Auth0${names ? ` (it had ${names})` : ''}, and deploy it.`,
    );
  }
  const saved = snapshot.provider;
  if (saved !== undefined && isProviderGone) {
    hints.push(
      `The phone provider is gone, and cannot be created without its credentials: create it at Branding > Phone Provider (${saved.name}, ${JSON.stringify(saved.configuration)}).`,
    );
  } else if (saved !== undefined && saved.name !== 'custom' && provider !== undefined) {
    hints.push(
      `The credentials of the phone provider ${saved.name} cannot be restored: enter them at Branding > Phone Provider, or no message goes out through it. If Auth0 refuses the provider without them, it stays as it is: enter all its settings there (${JSON.stringify(saved.configuration)}), and run this again.`,
    );
  }
  if (snapshot.action?.draft !== undefined) {
    hints.push('A draft that was not deployed is in the file (action.draft), and is not restored.');
  }
  return hints;
}
