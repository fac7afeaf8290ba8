import { once } from 'node:events';
import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { createAdminServer } from './admin.ts';
import type { Readiness } from './admin.ts';
import { createLogger } from './logger.ts';
import { createRegistry } from './metrics.ts';

async function setup({
  readiness = () => ({ ready: true, reasons: [] }),
  registry = createRegistry({ service: 'ingress' }),
}: {
  readiness?: Readiness;
  registry?: Registry;
} = {}) {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const admin = createAdminServer({ registry, readiness, logger });
  const port = await admin.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => admin.close());
  return {
    admin,
    port,
    get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}

test('shows the metrics in the content type of the registry', async () => {
  const registry = createRegistry({ service: 'ingress' });
  const { get } = await setup({ registry });

  const response = await get('/metrics?name=x');

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(registry.contentType);
  expect(await response.text()).toContain('gateway_process_info{service="ingress"} 1');
});

test('says that the process is alive, ready or not', async () => {
  const { get } = await setup({ readiness: () => ({ ready: false, reasons: ['redis is away'] }) });

  const response = await get('/healthz');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok' });
});

test('says that the process may take work, with the detail', async () => {
  const { get } = await setup({
    readiness: () => ({ ready: true, reasons: [], detail: { durability: 'fsync' } }),
  });

  const response = await get('/readyz');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', durability: 'fsync' });
});

test('says why the process may not take work, as it is at that moment', async () => {
  const reasons: string[] = [];
  const { get } = await setup({ readiness: () => ({ ready: reasons.length === 0, reasons }) });
  expect((await get('/readyz')).status).toBe(200);

  reasons.push('appendonly is off');
  const response = await get('/readyz');

  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'not_ready', reasons: ['appendonly is off'] });
});

test.each(['/', '/metrics/', '/constructor', '/healthz/x'])('answers 404 for %s', async (path) => {
  const { get } = await setup();

  expect((await get(path)).status).toBe(404);
});

test('answers 405 for another method', async () => {
  const { get } = await setup();

  const response = await get('/readyz', { method: 'POST', body: 'x' });

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test('answers 500 when the metrics cannot be had, and goes on', async () => {
  const registry = new Registry();
  registry.metrics = () => Promise.reject(new Error('canary'));
  const { get } = await setup({ registry });

  const response = await get('/metrics');

  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('canary');
  expect((await get('/healthz')).status).toBe(200);
});

test('closes although a client has not finished its request', async () => {
  const { admin, port } = await setup();
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /readyz HTTP/1.1\r\n');
  await once(client, 'data');
  const closed = once(client, 'close');

  await admin.close();

  await closed;
});

test('answers nobody once it is closed', async () => {
  const { admin, get } = await setup();
  await get('/healthz');

  await admin.close();

  await expect(get('/healthz')).rejects.toThrow();
});
