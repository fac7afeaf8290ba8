import { connectRedis, createDeliveryStore, createVault, registerQueueMetrics } from '@sms-gateway/queue';
import {
  closeWithin,
  createAdminServer,
  createLogger,
  createRegistry,
  describeConfig,
  loadWorkerConfig,
  runMain,
  untilSignal,
} from '@sms-gateway/runtime';
import { createApp } from './app.ts';
import { createProvider } from './create-provider.ts';
import { createDeliver } from './deliver.ts';
import { createWorkerMetrics, registerProviderAvailability } from './metrics.ts';
import { createRoute } from './route.ts';

/** Milliseconds kept of the shutdown time for writing down what the messages that had to be let go came to. */
const LET_GO_MS = 1000;

await runMain('worker', async () => {
  const stopSignal = untilSignal();
  const config = loadWorkerConfig({ env: process.env });
  const logger = createLogger({ service: 'worker', level: config.logLevel });
  const registry = createRegistry({ service: 'worker' });
  const metrics = createWorkerMetrics({ registry });
  const now = Date.now;
  for (const warning of config.warnings) logger.warn({ warning }, 'config.warning');

  const onError = (error: Error) => logger.warn({ err: error }, 'redis.error');
  const redis = connectRedis(config.redis, 'worker', { name: 'sms-gateway-worker', onError });
  const providers = config.providers.map((provider) => createProvider(provider, config.concurrency));
  const route = createRoute({ providers, now });
  registerProviderAvailability({ registry, route, now });
  registerQueueMetrics({ registry, redis, now });

  const deliver = createDeliver({
    store: createDeliveryStore({ redis }),
    vault: createVault(config.payloadKeys),
    route,
    metrics,
    logger,
    onUnknown: config.onUnknown,
    now,
    random: Math.random,
  });
  const app = createApp({ redis, deliver, concurrency: config.concurrency, logger, now });

  let isStopping = false;
  const admin = createAdminServer({
    registry,
    logger,
    readiness: () => {
      const reasons = [
        ...(isStopping ? ['The process is shutting down'] : []),
        ...(redis.status === 'ready' ? [] : ['Redis cannot be reached']),
      ];
      return { ready: reasons.length === 0, reasons };
    },
  });
  const adminPort = await admin.listen(config.admin);
  app.start();
  logger.info({ adminPort, config: describeConfig(config) }, 'worker.started');

  const signal = await stopSignal;
  isStopping = true;
  logger.info({ signal }, 'worker.stopping');
  const graceMs = Math.max(config.shutdownTimeoutMs - LET_GO_MS, config.shutdownTimeoutMs / 2);
  const drained = await closeWithin(config.shutdownTimeoutMs, () => app.close(graceMs));
  redis.disconnect();
  await Promise.all(providers.map((provider) => provider.close()));
  await admin.close();
  logger.info({ drained: drained === 'closed' }, 'worker.stopped');
});
