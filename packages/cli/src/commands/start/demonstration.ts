import type { Trace, TraceReader } from '@sms-gateway/delivery';
import { callGateway, type GatewayAuthentication, signToken } from '../../play-auth0.ts';
import { acceptedId } from '../send/caller.ts';
import { createFollow } from '../send/follow.ts';
import { wayLines } from '../send/way.ts';

/** From a range that is reserved for fiction. */
export const DEMONSTRATION_RECIPIENT = '+14155550123';

export type Demonstration =
  | { kind: 'concluded'; trace: Trace; requestMs: number; code: string }
  /** Accepted, but without an outcome in time. */
  | { kind: 'under_way'; requestMs: number }
  | { kind: 'refused'; answer: string };

type Options = {
  url: string;
  authentication: GatewayAuthentication;
  code: string;
  traces: TraceReader;
  now: () => number;
  timeoutMs: number;
};

/** Sends one code through the real endpoint and follows it to its outcome. */
export async function demonstrate(options: Options): Promise<Demonstration> {
  const { url, authentication, code, traces, now, timeoutMs } = options;
  const token = await signToken(authentication, now());
  const text = `Your verification code is: ${code}`;
  const answer = await callGateway({ url, token, recipient: DEMONSTRATION_RECIPIENT, text });
  if (answer.kind !== 'answered') return { kind: 'refused', answer: answer.kind };
  const id = acceptedId({ answer });
  if (id === undefined) return { kind: 'refused', answer: `${answer.status} ${answer.body}` };

  const requestMs = Math.round(answer.durationMs);
  const follow = createFollow({ traces, now, signal: AbortSignal.timeout(timeoutMs) });
  const followed = await follow(id);
  return followed.kind === 'concluded'
    ? { kind: 'concluded', trace: followed.trace, requestMs, code }
    : { kind: 'under_way', requestMs };
}

/** The steps with times, one per line. */
export function demonstrationLines(demonstration: Demonstration): string[] {
  switch (demonstration.kind) {
    case 'refused':
      return [`The gateway did not accept it: ${demonstration.answer}`];
    case 'under_way':
      return [
        `accepted after ${demonstration.requestMs} ms, but without an outcome yet: see the worker's log`,
      ];
    case 'concluded':
      return [
        ...wayLines(demonstration.trace, `HTTP 200 in ${demonstration.requestMs} ms, on disk and encrypted`),
        `The code: ${demonstration.code}`,
      ];
  }
}
