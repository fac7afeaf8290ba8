import { expect, test } from 'vitest';
import { createRegistry } from './metrics.ts';

test('has the metrics of the process and names the service', async () => {
  const registry = createRegistry({ service: 'worker' });

  const text = await registry.metrics();

  expect(text).toContain('gateway_process_info{service="worker"} 1');
  expect(text).toMatch(/^process_cpu_seconds_total /m);
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
});

test('is a registry of its own, so that two can live in one process', async () => {
  createRegistry({ service: 'ingress' });

  expect(await createRegistry({ service: 'worker' }).metrics()).not.toContain('ingress');
});
