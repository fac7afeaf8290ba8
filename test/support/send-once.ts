import type { Provider, SendRequest } from '../../packages/providers/src/provider.ts';
import { startScriptedProviderServer } from './scripted-provider-server.ts';

/** A request as the worker makes it. Only providers that have no sender of their own use `from`. */
export const REQUEST: SendRequest = {
  id: 'msg_0123456789abcdefghij-_',
  to: '+14155550123',
  from: 'Ignored',
  sender: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
  receiptUrl: undefined,
};

type Options = {
  /** Creates the provider with this base URL of its API. */
  create: (url: string) => Provider;
  /** What differs from `REQUEST`. */
  request: Partial<SendRequest>;
};

/** Sends one message to a server of its own. Returns the request that the server received, and its body as `sent`. */
export async function sendOnce({ create, request }: Options) {
  await using server = await startScriptedProviderServer((response) => response.end());
  const provider = create(server.url);
  await provider.send({ ...REQUEST, ...request }, new AbortController().signal);
  await provider.close();
  const [received] = server.requests;
  if (received === undefined) throw new Error('the provider made no request');
  const { body } = received;
  const sent = body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  return { received, sent };
}
