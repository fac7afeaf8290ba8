import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { callbackOf, statusCallback } from '../twilio-callbacks.ts';

/** Stands in PUBLIC_URL for the proxy in front of the ingress. */
const PUBLIC_URL = 'https://sms.example.test';
const account = { sid: `AC${'0'.repeat(32)}`, authToken: 'auth-token-of-twilio' };

/** Twilio and a provider by HTTP that fail in every way, and their own records of what they were asked to send. */
export type FlakyProviders = AsyncDisposable & {
  /** What the services are told of them. */
  env: Record<string, string>;
  /** For each message, the provider of each request, in order. */
  record: Map<string, string[]>;
  /** Receipts that the ingress has not taken yet. */
  receiptsUnderWay: () => number;
};

/** Receipts go to the ingress at `ingressUrl`, again and again until it takes them. */
export async function startFlakyProviders(ingressUrl: string, random: () => number): Promise<FlakyProviders> {
  const record = new Map<string, string[]>();
  const note = (id: string, provider: string) => record.set(id, [...(record.get(id) ?? []), provider]);
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
    const callback = callbackOf(body);
    note(callback.split('/').at(-1)?.split('.')[0] ?? '', 'twilio');
    const draw = random();
    const sid = `SM${randomBytes(16).toString('hex')}`;
    if (draw < 0.6) {
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid }));
      maybeSendReceipt(callback, sid);
    } else if (draw < 0.8) response.writeHead(503).end('{}');
    else {
      response.socket?.resetAndDestroy();
      if (draw < 0.9) maybeSendReceipt(callback, sid);
    }
  });
  const http = await startServer((response, body) => {
    note((JSON.parse(body) as { id: string }).id, 'http');
    const draw = random();
    if (draw < 0.7) response.writeHead(200).end('{}');
    else if (draw < 0.85) response.writeHead(503).end('{}');
    else if (draw < 0.95) response.socket?.resetAndDestroy();
    else setTimeout(() => response.writeHead(200).end('{}'), 300);
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
