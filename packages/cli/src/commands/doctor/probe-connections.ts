import type { loadCallerConfig } from '@sms-gateway/config';
import type { DevState } from '../../dev-state.ts';
import { asAuth0Takes, pathOf } from '../../tenant/gateway-target.ts';
import { probeGateway, type ProbeResult } from '../../tenant/probe-gateway.ts';

/** What a caller of the gateway needs: its connections and URL. */
export type CallerConfig = ReturnType<typeof loadCallerConfig>;

/** How the gateway answers to one secret of one connection. */
export type Probe = {
  connection: string;
  url: string;
  /** Counted from 1, in the order of the configuration. */
  secretNumber: number;
  secretCount: number;
  result: ProbeResult;
};

type Options = { devState: DevState | undefined; now: () => number };

/** More at once would be a burst of calls to a gateway in production. */
const AT_ONCE = 8;

/** The gateway's URL without a path: PUBLIC_URL, or that of `npm start`. */
export function gatewayOrigin(
  { publicUrl }: Pick<CallerConfig, 'publicUrl'>,
  devState: DevState | undefined,
): string | undefined {
  return publicUrl ?? (devState && new URL(devState.url).origin);
}

/** Has the gateway prove that it accepts each secret of each connection. */
export async function probeConnections(config: CallerConfig, { devState, now }: Options): Promise<Probe[]> {
  const origin = gatewayOrigin(config, devState);
  if (origin === undefined) return [];
  const pending = config.connections.flatMap(({ name, secrets, audience, subject }) =>
    secrets.map((secret, index) => async (): Promise<Probe> => {
      const url = origin + pathOf(name);
      const result = await probeGateway({ url, audience, subject, ...asAuth0Takes(secret) }, now);
      return { connection: name, url, secretNumber: index + 1, secretCount: secrets.length, result };
    }),
  );
  const probes: Probe[] = [];
  while (pending.length > 0) {
    const answers = await Promise.all(pending.splice(0, AT_ONCE).map((probe) => probe()));
    probes.push(...answers);
    // The gateway is unreachable, and each further call could take its whole timeout.
    if (answers.every(({ result }) => result.kind === 'unreachable')) break;
  }
  return probes;
}
