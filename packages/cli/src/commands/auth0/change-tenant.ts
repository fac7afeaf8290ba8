import type { GatewayTarget } from '../../tenant/connection-options.ts';
import { describeProbe } from '../../tenant/probe-gateway.ts';
import { type CommandContext, type CommandResult, EX_USAGE } from '../command.ts';
import { checkGateway } from './check-gateway.ts';

/** A change of a tenant, as it is shown, agreed to and made. */
export type TenantChange = {
  /** For people: what it is about, then what is to be done. */
  title: string;
  plan: readonly string[];
  /** Said where the plan is empty. */
  unchanged: string;
  question: string;
  /** The gateway that has to prove beforehand that it believes the secret; undefined where Auth0 gets none. */
  target?: GatewayTarget | undefined;
  /** The plan for programs; undefined where the command has no `--json`. */
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

/** The one way in which a tenant is changed: plan, check, agree, apply, report. */
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
  const agreed = await agree(question, yes, context);
  if (agreed !== 'yes') return agreed;

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

/** Yes, or the end of the command. */
async function agree(
  question: string,
  isAgreed: boolean,
  { dialogue }: CommandContext,
): Promise<'yes' | CommandResult> {
  if (isAgreed) return 'yes';
  if (!dialogue.isInteractive) {
    return {
      exitCode: EX_USAGE,
      output: 'Nothing was changed: nobody can be asked here. --yes goes on without.\n',
    };
  }
  return (await dialogue.confirm(question)) ? 'yes' : { exitCode: 1, output: 'Nothing was changed.\n' };
}
