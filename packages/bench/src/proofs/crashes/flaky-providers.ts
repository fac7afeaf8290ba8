import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { callbackOf, statusCallback } from '../twilio-callbacks.ts';

/** Stands in PUBLIC_URL for the proxy in front of the ingress. */
const PUBLIC_URL = 'https://sms.example.test';
const account = { sid: `AC${'0'.repeat(32)}`, authToken: 'auth-token-of-twilio' };

/** One request to send, in the provider's own record. */
export type ProviderRequest = {
  provider: 'twilio' | 'http';
  to: string;
  text: string;
  /** What the caller gets. `none`: the connection is reset. */
  answer: 'accepted' | 'unavailable' | 'none';
  /** Whether it sends the message, whatever the caller gets. */
  isTaken: boolean;
  messageSid: string | undefined;
};

/** Twilio and a provider by HTTP that fail in every way, and their own records of what they were asked to send. */
export type FlakyProviders = AsyncDisposable & {
  /** What the services are told of them. */
  env: Record<string, string>;
  /** For each message, its requests in order. */
  record: Map<string, ProviderRequest[]>;
  /** Receipts that the ingress has not taken yet. */
  receiptsUnderWay: () => number;
};

/** Receipts go to the ingress at `ingressUrl`, again and again until it takes them. */
export async function startFlakyProviders(ingressUrl: string, random: () => number): Promise<FlakyProviders> {
  const record = new Map<string, ProviderRequest[]>();
  const note = (id: string, request: ProviderRequest) => record.set(id, [...(record.get(id) ?? []), request]);
  let receiptsUnderWay = 0;
  const over = new AbortController();

  /** Most of what Twilio took gets a receipt, also where its answer was lost; a part of them says undelivered. */
  function maybeSendReceipt(callback: string, messageSid: string): void {
    const draw = random();
    if (draw < 0.15) return;
    const fields: Record<string, string> =
      draw < 0.5 ? { MessageStatus: 'undelivered', ErrorCode: '30003' } : { MessageStatus: 'delivered' };
    receiptsUnderWay += 1;
    void sendReceipt(callback, { ...fields, MessageSid: messageSid }).finally(() => (receiptsUnderWay -= 1));
  }

  async function sendReceipt(callback: string, fields: Record<string, string>): Promise<void> {
    const request = { method: 'POST', ...statusCallback(account, callback, fields) };
    while (!over.signal.aborted) {
      const answer = await fetch(callback.replace(PUBLIC_URL, ingressUrl), request).catch(() => undefined);
      if (answer?.status === 200) return;
      await delay(50);
    }
  }

  const twilio = await startServer((response, body) => {
    const fields = new URLSearchParams(body);
    const callback = callbackOf(body);
    const draw = random();
    const messageSid = `SM${randomBytes(16).toString('hex')}`;
    const answer = draw < 0.6 ? 'accepted' : draw < 0.8 ? 'unavailable' : 'none';
    const isTaken = draw < 0.6 || (draw >= 0.8 && draw < 0.9);
    const [to, text] = [fields.get('To') ?? '', fields.get('Body') ?? ''];
    const id = callback.split('/').at(-1)?.split('.')[0] ?? '';
    note(id, { provider: 'twilio', to, text, answer, isTaken, messageSid });
    if (answer === 'accepted')
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end(JSON.stringify({ sid: messageSid }));
    else if (answer === 'unavailable') response.writeHead(503).end('{}');
    else response.socket?.resetAndDestroy();
    if (isTaken) maybeSendReceipt(callback, messageSid);
  });
  const http = await startServer((response, body) => {
    const { id, to, body: text } = JSON.parse(body) as Record<'id' | 'to' | 'body', string>;
    const draw = random();
    const answer = draw < 0.7 || draw >= 0.95 ? 'accepted' : draw < 0.85 ? 'unavailable' : 'none';
    const isTaken = answer === 'accepted' || draw >= 0.9;
    note(id, { provider: 'http', to, text, answer, isTaken, messageSid: undefined });
    if (answer === 'none') response.socket?.resetAndDestroy();
    else if (answer === 'unavailable') response.writeHead(503).end('{}');
    else setTimeout(() => response.writeHead(200).end('{}'), draw < 0.7 ? 0 : 300);
  });

  return {
    env: {
      PUBLIC_URL,
      PROVIDERS: 'twilio,http',
      TWILIO_ACCOUNT_SID: account.sid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_FROM: '+15005550006',
      TWILIO_API_URL: twilio.url,
      HTTP_PROVIDER_URL: http.url,
      HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    },
    record,
    receiptsUnderWay: () => receiptsUnderWay,
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all([twilio.stop(), http.stop()]);
    },
  };
}

async function startServer(respond: (response: ServerResponse, body: string) => void) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => respond(response, Buffer.concat(chunks).toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, so the address is no pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
