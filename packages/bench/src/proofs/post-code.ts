import { type Auth0, auth0Token, messageNumber } from '../auth0-requests.ts';

export type CodeAnswer = { status: number; id: string | undefined };

/** Posts the nth code as Auth0 does. Rejects where nobody answers. */
export async function postCode(url: string, auth0: Auth0, number: number): Promise<CodeAnswer> {
  const { recipient, text } = messageNumber(number);
  const response = await fetch(`${url}/v1/sms`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${auth0Token(auth0, `proof-${number}`)}`,
    },
    body: JSON.stringify({ recipient, body: text, sender: 'Example' }),
  });
  const answer = (await response.json()) as { id?: string };
  return { status: response.status, id: answer.id };
}
