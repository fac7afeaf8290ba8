import { createHmac } from 'node:crypto';

export type TwilioAccount = { sid: string; authToken: string };

/** The address that Twilio was told to call for a message, from the body of the request to send it. */
export function callbackOf(body: string | undefined): string {
  return new URLSearchParams(body).get('StatusCallback') ?? '';
}

/**
 * A status callback as Twilio makes it: a form, signed with the account's token over the URL and the sorted fields
 * (https://www.twilio.com/docs/usage/security#validating-requests).
 */
export function statusCallback(
  { sid, authToken }: TwilioAccount,
  signedUrl: string,
  fields: Record<string, string>,
): { headers: Record<string, string>; body: URLSearchParams } {
  const params = {
    MessageSid: `SM${'1'.repeat(32)}`,
    AccountSid: sid,
    To: '+14155550123',
    ...fields,
  };
  const signed =
    signedUrl +
    Object.entries(params)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flat()
      .join('');
  return {
    headers: { 'x-twilio-signature': createHmac('sha1', authToken).update(signed).digest('base64') },
    body: new URLSearchParams(params),
  };
}
