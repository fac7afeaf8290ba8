import {
  callbackOf as callbackIn,
  statusCallback,
} from '../../packages/bench/src/proofs/twilio-callbacks.ts';
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
  return callbackIn(request?.body);
}

/** Calls back as Twilio does: to the URL it was told, which the proxy in front turns into the ingress's. */
export async function callBack(
  ingressUrl: string,
  callback: string,
  fields: Record<string, string>,
  { token = TWILIO_AUTH_TOKEN, signedUrl = callback }: { token?: string; signedUrl?: string } = {},
) {
  const response = await fetch(callback.replace(PUBLIC_URL, ingressUrl), {
    method: 'POST',
    ...statusCallback({ sid: ACCOUNT_SID, authToken: token }, signedUrl, fields),
  });
  return { status: response.status, body: await response.text() };
}
