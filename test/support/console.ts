import { randomBytes } from 'node:crypto';
import { createInbox } from '@sms-gateway/delivery';
import { createVault } from '@sms-gateway/privacy';
import { expect, onTestFinished } from 'vitest';
import type { ConsoleConfig } from '@sms-gateway/config';
import { startConsole } from '../../services/console/src/start-console.ts';
import { startTestRedis } from './test-redis.ts';
import { openRedis } from './traces.ts';
import { until } from './until.ts';

/** A console in this process on a Redis of its own, with what a test needs to look behind it. */
export async function setupConsole(config: Partial<ConsoleConfig> = {}) {
  const redis = await startTestRedis();
  const payloadKeys = { kind: 'keys' as const, keys: [randomBytes(32)] };
  const lines: string[] = [];
  let aheadMs = 0;
  const start = async (port: number) => {
    const started = await startConsole(
      {
        host: '127.0.0.1',
        redis: { kind: 'standalone', url: redis.url },
        payloadKeys,
        logLevel: 'info',
        shutdownTimeoutMs: 5000,
        signIn: { kind: 'none' },
        publicUrl: undefined,
        hasInbox: true,
        warnings: [],
        ...config,
        port,
      },
      { destination: { write: (line) => void lines.push(line) }, now: () => Date.now() + aheadMs },
    );
    await until(async () => expect((await fetch(`${started.url}/readyz`)).status).toBe(200));
    return started;
  };
  let running = await start(0);
  const { url, port } = running;
  const client = openRedis(redis.url);
  onTestFinished(async () => {
    await running.stop();
    client[Symbol.dispose]();
    await redis[Symbol.asyncDispose]();
  });
  return {
    url,
    redis,
    stop: () => running.stop(),
    /** On the same port, with the same Redis. */
    startAgain: async () => void (running = await start(port)),
    client,
    inbox: createInbox({ redis: client, vault: createVault(payloadKeys) }),
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    /** Moves the console's clock. */
    passMs: (ms: number) => void (aheadMs += ms),
    ask: async (path: string, init: RequestInit = {}) => {
      const response = await fetch(url + path, { redirect: 'manual', ...init });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: (isJson ? JSON.parse(text) : undefined) as Record<string, unknown>,
      };
    },
  };
}

export const asJson = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
