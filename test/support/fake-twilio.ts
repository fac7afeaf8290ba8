import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedRequest, Respond } from './scripted-provider-server.ts';

/** Stands in PUBLIC_URL for the proxy in front of the ingress. */
export const PUBLIC_URL = 'https://sms.example.test/gateway';
export const TWILIO_AUTH_TOKEN = 'auth-token-of-twilio';
const ACCOUNT_SID = `AC${'0'.repeat(32)}`;

/** What makes Twilio a provider that sends receipts, with its API at `apiUrl`. */
export const twilioEnv = (apiUrl: string): Record<string, string> => ({
  PUBLIC_URL,
  TWILIO_ACCOUNT_SID: ACCOUNT_SID,
  TWILIO_AUTH_TOKEN,
  TWILIO_FROM: '+15005550006',
  TWILIO_API_URL: apiUrl,
});

export const acceptTwilio =
  (sid = `SM${'1'.repeat(32)}`): Respond =>
  (response) =>
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid }));

/** The address that Twilio was told to call for a message, as the outside knows it. */
export function callbackOf(request: ReceivedRequest | undefined): string {
  return new URLSearchParams(request?.body).get('StatusCallback') ?? '';
}

/** Calls back as Twilio does: to the URL it was told, which the proxy in front turns into the ingress's. */
export async function callBack(
  ingressUrl: string,
  callback: string,
  fields: Record<string, string>,
  { token = TWILIO_AUTH_TOKEN, signedUrl = callback }: { token?: string; signedUrl?: string } = {},
) {
  const params = {
    MessageSid: `SM${'1'.repeat(32)}`,
    AccountSid: ACCOUNT_SID,
    To: '+14155550123',
    ...fields,
  };
  const signed =
    signedUrl +
    Object.entries(params)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flat()
      .join('');
  const response = await fetch(callback.replace(PUBLIC_URL, ingressUrl), {
    method: 'POST',
    headers: { 'x-twilio-signature': createHmac('sha1', token).update(signed).digest('base64') },
    body: new URLSearchParams(params),
  });
  return { status: response.status, body: await response.text() };
}

/** Calls back until somebody answers 200, or `signal` is aborted: an ingress may be away just now. */
export async function callBackUntilTaken(
  ingressUrl: string,
  callback: string,
  fields: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const answer = await callBack(ingressUrl, callback, fields).catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(50);
  }
}
