import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayTarget } from './connection-options.ts';
import { probeGateway, type ProbeResult } from './probe-gateway.ts';

/** After this many accepted tokens in a row, every process behind the URL is assumed to accept them. */
const IN_A_ROW = 10;
const POLL_MS = 500;

type Options = { waitMs: number; now: () => number };

/** Resolves with the last answer: `believed` once the gateway has accepted ten tokens in a row, or after the timeout. */
export async function untilBelieved(target: GatewayTarget, { waitMs, now }: Options): Promise<ProbeResult> {
  let inARow = 0;
  for (const deadline = now() + waitMs; ; ) {
    const result = await probeGateway(target, now);
    inARow = result.kind === 'believed' ? inARow + 1 : 0;
    if (inARow >= IN_A_ROW || (inARow === 0 && now() > deadline)) return result;
    if (inARow === 0) await delay(POLL_MS);
  }
}
