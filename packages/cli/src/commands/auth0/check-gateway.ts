import type { GatewayTarget } from '../../tenant/connection-options.ts';
import { describeProbe, probeGateway, type ProbeResult } from '../../tenant/probe-gateway.ts';
import type { CommandContext } from '../command.ts';

export type GatewayCheck = { mayGoOn: boolean; probe: ProbeResult };

/**
 * Has the gateway prove that it accepts the secret before Auth0 uses it; otherwise codes would be lost. If the gateway
 * cannot be reached from here, the operator may confirm that Auth0 can reach it.
 */
export async function checkGateway(
  target: GatewayTarget,
  { dialogue }: CommandContext,
  { skip, mayAsk, now }: { skip: boolean; mayAsk: boolean; now: () => number },
): Promise<GatewayCheck> {
  const probe = await probeGateway(target, now);
  const description = describeProbe(probe, target.url);
  dialogue.say(description);
  if (probe.kind === 'believed') return { mayGoOn: true, probe };
  if (skip) {
    dialogue.say('Continuing anyway (--skip-check).');
    return { mayGoOn: true, probe };
  }
  if (probe.kind === 'unreachable' && mayAsk && dialogue.isInteractive) {
    return { mayGoOn: await dialogue.confirm('Can Auth0 reach it, and does it have this secret?'), probe };
  }
  dialogue.say('Nothing was changed. --skip-check continues anyway.');
  return { mayGoOn: false, probe };
}
