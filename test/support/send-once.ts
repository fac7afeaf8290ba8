import type { Provider, SendRequest, SendResult } from '../../packages/providers/src/provider.ts';
import { type ReceivedRequest, startScriptedProviderServer } from './scripted-provider-server.ts';

type Options = {
  /** Makes the provider, with this as the base URL of its API. */
  create: (url: string) => Provider;
  request: SendRequest;
  status?: number;
  answer?: string;
};

/** Sends one message to a server of its own and tells what came of it, and what the server got. */
export async function sendOnce({ create, request, status = 200, answer = '' }: Options): Promise<{
  result: SendResult;
  received: ReceivedRequest;
}> {
  await using server = await startScriptedProviderServer((response) =>
    response.writeHead(status).end(answer),
  );
  const provider = create(server.url);
  const result = await provider.send(request, new AbortController().signal);
  await provider.close();
  const [received] = server.requests;
  if (received === undefined) throw new Error('the provider made no request');
  return { result, received };
}
