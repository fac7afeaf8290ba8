import type { GatewayTarget } from '../../tenant/connection-options.ts';
import { describeProbe } from '../../tenant/probe-gateway.ts';
import { type CommandContext, type CommandResult, EX_USAGE } from '../command.ts';
import { checkGateway } from './check-gateway.ts';

/** A change of a tenant: what is shown, what is asked, and how it is made. */
export type TenantChange = {
  /** For people: what is changed, then the steps. */
  title: string;
  plan: readonly string[];
  /** Shown if the plan is empty. */
  unchanged: string;
  question: string;
  /** The gateway that must first prove that it accepts the secret; undefined if Auth0 gets none. */
  target?: GatewayTarget | undefined;
  /** The plan for programs; undefined if the command has no `--json`. */
  shown?: object | undefined;
  /** Makes the change and reports its result; `more` is for programs. */
  apply: () => Promise<Applied>;
};

export type Applied = { result: CommandResult; isApplied: boolean; more?: object };

type Options = {
  dryRun?: boolean | undefined;
  yes?: boolean | undefined;
  json?: boolean | undefined;
  skipCheck?: boolean | undefined;
};

/** Changes a tenant: plan, check, confirm, apply, report. */
export async function changeTenant(
  { title, plan, unchanged, question, target, shown, apply }: TenantChange,
  { dryRun = false, yes = false, json = false, skipCheck = false }: Options,
  context: CommandContext,
): Promise<CommandResult> {
  const { dialogue } = context;
  /** `text` for people, or `more` for programs. */
  const report = (exitCode: number, text: string, more: object): CommandResult =>
    json
      ? { exitCode, output: '', report: `${JSON.stringify({ ...shown, ...more }, null, 2)}\n` }
      : { exitCode, output: text };

  if (plan.length === 0) return report(0, unchanged, { applied: false });
  if (!json) dialogue.say([title, ...plan].join('\n'));
  if (dryRun || (json && !yes)) {
    return report(0, 'Nothing was changed: this was a dry run.\n', { applied: false });
  }
  const check =
    target && (await checkGateway(target, context, { skip: skipCheck, mayAsk: !yes, now: Date.now }));
  if (target && check && !check.mayGoOn) {
    const reason = describeProbe(check.probe, target.url);
    return report(1, '', { applied: false, gateway: check.probe.kind, reason });
  }
  const confirmed = await confirm(question, yes, context);
  if (confirmed !== 'yes') return confirmed;

  const { result, isApplied, more } = await apply();
  const { exitCode, output } = result;
  if (json && exitCode !== 0) dialogue.say(output);
  return report(exitCode, output, {
    applied: isApplied,
    ...more,
    ...(check && { gateway: check.probe.kind }),
    ...(exitCode !== 0 && { reason: output.trimEnd() }),
  });
}

/** Yes, or the result that ends the command. */
async function confirm(
  question: string,
  isConfirmed: boolean,
  { dialogue }: CommandContext,
): Promise<'yes' | CommandResult> {
  if (isConfirmed) return 'yes';
  if (!dialogue.isInteractive) {
    return {
      exitCode: EX_USAGE,
      output:
        'Nothing was changed: there is no terminal to ask for confirmation. --yes skips the question.\n',
    };
  }
  return (await dialogue.confirm(question)) ? 'yes' : { exitCode: 1, output: 'Nothing was changed.\n' };
}
