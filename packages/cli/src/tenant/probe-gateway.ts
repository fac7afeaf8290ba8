import { z } from 'zod';
import { signToken } from '../play-auth0.ts';
import type { GatewayTarget } from './connection-options.ts';

/** How a gateway answers to a token, found out without sending a message. */
export type ProbeResult =
  /** It accepts the token; `clockSkewMs` is how far its clock is ahead of this machine's, give or take a second. */
  | { kind: 'believed'; clockSkewMs: number | undefined }
  /** A slow clock makes it refuse every token, so `clockSkewMs` may be the cause. */
  | { kind: 'not_believed'; detail: string | undefined; clockSkewMs: number | undefined }
  | { kind: 'no_such_connection' }
  /** Something else than the gateway answers. */
  | { kind: 'not_a_gateway'; status: number }
  /** `code` is the system's, such as ECONNREFUSED or CERT_HAS_EXPIRED. */
  | { kind: 'unreachable'; code: string };

const TIMEOUT_MS = 10_000;
/** A body that no gateway accepts; it is checked only after the token. */
const NO_MESSAGE = '{}';

const problemSchema = z.object({
  type: z.string().startsWith('urn:sms-gateway:problem:'),
  detail: z.string().optional(),
});

/** Signs a token as Auth0 does, and posts an empty message: a gateway that accepts the token answers 400. */
export async function probeGateway(target: GatewayTarget, now: () => number): Promise<ProbeResult> {
  const token = await signToken(target, now());
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      // Behind a load balancer, each probe should be able to reach another process.
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
      body: NO_MESSAGE,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const problem = problemOf(await response.text());
    if (problem === undefined) return { kind: 'not_a_gateway', status: response.status };
    const clockSkewMs = skewOf(response.headers.get('date'), now());
    switch (response.status) {
      case 400:
        return { kind: 'believed', clockSkewMs };
      case 401:
        return { kind: 'not_believed', detail: problem.detail, clockSkewMs };
      case 404:
        return { kind: 'no_such_connection' };
      default:
        return { kind: 'not_a_gateway', status: response.status };
    }
  } catch (error) {
    return { kind: 'unreachable', code: codeOf(error) };
  }
}

/** One line for people, and what to do. */
export function describeProbe(result: ProbeResult, url: string): string {
  switch (result.kind) {
    case 'believed':
      return `${url} accepts the secret.`;
    case 'not_believed':
      return `${url} does not accept a token signed with this secret (401${result.detail === undefined ? '' : `: ${result.detail}`}). Give the gateway the same secret and audience first (AUTH0_SECRET, AUTH0_AUDIENCE).`;
    case 'no_such_connection':
      return `${url}: the gateway has no such connection (404). Compare the path with the names in its configuration.`;
    case 'not_a_gateway':
      return `${url} answers ${result.status}, but is not this gateway. Is the URL right, path included?`;
    case 'unreachable':
      return `${url} cannot be reached from here (${result.code}).`;
  }
}

function problemOf(body: string): z.infer<typeof problemSchema> | undefined {
  try {
    return problemSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function skewOf(date: string | null, now: number): number | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : at - now;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return 'unknown error';
}
