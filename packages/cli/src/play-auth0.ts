import { SignJWT } from 'jose';
import type { ActionEnd } from './tenant/run-action.ts';

/** The fields of `gateway_authentication` of an Auth0 SMS connection. */
export type GatewayAuthentication = {
  secret: string;
  isSecretBase64Encoded: boolean;
  audience: string;
  subject?: string | undefined;
};

/** The result of one call to the gateway, as Auth0 sees it. */
export type GatewayAnswer =
  | { kind: 'answered'; status: number; body: string; durationMs: number }
  | { kind: 'timed_out'; timeoutMs: number }
  /** `code` is the system's, such as ECONNREFUSED. */
  | { kind: 'unreachable'; code: string };

/** What the application that asked Auth0 for a code gets back. */
export type ToldApplication =
  | { status: 200 }
  | { status: 400; error: 'sms_provider_error'; error_description: string }
  | { status: undefined; explanation: string };

/**
 * Signs the token of Auth0's call: HS256, `sub` and `aud` as configured. The `iss` "Auth0" is undocumented, but public
 * gateways rely on it. It is not known whether Auth0 sets `exp`, so this does not.
 */
export function signToken(authentication: GatewayAuthentication, issuedAtMs: number): Promise<string> {
  const { secret, isSecretBase64Encoded, audience, subject } = authentication;
  const key = Buffer.from(secret, isSecretBase64Encoded ? 'base64url' : 'utf8');
  const token = new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('Auth0')
    .setAudience(audience)
    .setIssuedAt(Math.floor(issuedAtMs / 1000));
  if (subject !== undefined) token.setSubject(subject);
  return token.sign(key);
}

/**
 * The documented body, `req` included as with `forward_req_info`
 * (https://auth0.com/docs/connections/passwordless/sms-gateway).
 */
export function gatewayRequestBody({ recipient, text }: { recipient: string; text: string }) {
  return {
    recipient,
    body: text,
    sender: '+14155550100',
    req: {
      ip: '203.0.113.7',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    },
  };
}

type Call = { url: string; token: string; recipient: string; text: string; timeoutMs?: number };

/** Calls the gateway once, as Auth0 does, with its timeout of 30 s. */
export async function callGateway({
  url,
  token,
  recipient,
  text,
  timeoutMs = 30_000,
}: Call): Promise<GatewayAnswer> {
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(gatewayRequestBody({ recipient, text })),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    return { kind: 'answered', status: response.status, body, durationMs: performance.now() - startedAt };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'timed_out', timeoutMs };
    return { kind: 'unreachable', code: errorCode(error) };
  }
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.message : String(error);
}

/**
 * Auth0 looks at the status only, and only 200 is success. The texts are those of its documentation, which calls them
 * subject to change.
 */
export function tellApplication(answer: GatewayAnswer): ToldApplication {
  switch (answer.kind) {
    case 'answered':
      if (answer.status === 200) return { status: 200 };
      return providerError(
        answer.status === 401
          ? 'Authentication failed while calling the SMS gateway: 401'
          : `Unexpected response while calling the SMS gateway: ${answer.status}`,
      );
    case 'timed_out':
      return providerError('Timeout while calling the SMS gateway: <Timeout Code>');
    case 'unreachable':
      return {
        status: undefined,
        explanation:
          'an error. Auth0 documents that /passwordless/start fails unless the gateway answers 200, but not the text for a gateway that cannot be reached.',
      };
  }
}

/**
 * What Auth0 does after a custom phone provider Action has ended
 * (https://auth0.com/docs/customize/actions/reference/custom-phone-provider/custom-phone-provider-api-object).
 */
export function explainActionEnd(end: ActionEnd): string {
  switch (end.kind) {
    case 'returned':
      return 'treats the message as sent';
    case 'dropped':
      return `logs it as failed and does not retry: ${end.reason}`;
    case 'retry':
      return `logs it as failed and retries up to 5 times within the next minutes: ${end.reason}`;
    case 'threw':
      return `does not document what happens after an Action threw: ${end.message}`;
    case 'timed_out':
      return `ended the Action after ${end.timeoutMs / 1000} s; it does not document what follows`;
  }
}

function providerError(description: string): ToldApplication {
  return { status: 400, error: 'sms_provider_error', error_description: description };
}
