import { isDeepStrictEqual } from 'node:util';
import { connectRedis, createConnectionWatch } from '@sms-gateway/redis';
import {
  createDeliveryStore,
  createRateLimit,
  createReceiptStore,
  createReceiptHandler,
  registerQueueMetrics,
} from '@sms-gateway/delivery';
import { createGuard } from '@sms-gateway/screening';
import { createReceiptReferences, createVault } from '@sms-gateway/privacy';
import { createRouter } from '@sms-gateway/routing';
import {
  closeWithin,
  createAdminServer,
  createLogger,
  createRegistry,
  runMain,
  untilSignal,
  watchConfig,
} from '@sms-gateway/process';
import {
  createConfigSource,
  describeConfig,
  loadWorkerConfig,
  needingRestart,
  type ProviderConfig,
  type WorkerConfig,
} from '@sms-gateway/config';
import { createApp } from './consumer.ts';
import { createProviderCalls } from './call-provider.ts';
import { createProvider } from './create-provider.ts';
import { createDeliver } from './deliver.ts';
import { createHealth } from './health/create-health.ts';
import { registerHealthMetrics } from './health/health-metrics.ts';
import { createWorkerMetrics } from './metrics.ts';
import { createOpenMessage } from './open-message.ts';

/** Milliseconds kept of the shutdown time for writing down what the messages that had to be let go came to. */
const LET_GO_MS = 1000;

await runMain('worker', async () => {
  const stopSignal = untilSignal();
  const source = createConfigSource((readFile) => loadWorkerConfig({ env: process.env, readFile }));
  const config = source.load();
  const logger = createLogger({ service: 'worker', level: config.logLevel });
  const registry = createRegistry({ service: 'worker' });
  const metrics = createWorkerMetrics({ registry });
  const now = Date.now;
  for (const warning of config.warnings) logger.warn({ warning }, 'config.warning');

  const onError = (error: Error) => logger.warn({ err: error }, 'redis.error');
  const redis = connectRedis(config.redis, 'worker', { name: 'sms-gateway-worker', onError });
  const watch = createConnectionWatch({ redis, now });
  const book = createReceiptStore({ redis, now });
  const desk = createReceiptHandler({ book, guard: createGuard({ redis }), registry, logger });
  const providers = await Promise.all(
    config.providers.map((provider) =>
      createProvider(provider, {
        connections: config.concurrency,
        logger,
        onReceipt: async (name, receipt, reference) => void (await desk.take(name, receipt, reference)),
      }),
    ),
  );
  const health = createHealth({
    providers: providers.map(({ name }) => name),
    rateLimits: config.rateLimits,
    rateLimit: createRateLimit({ redis }),
    now,
    random: Math.random,
  });
  registerHealthMetrics({ registry, health });
  registerQueueMetrics({ registry, redis, now });

  let router = createRouter(config.routing);
  const deliver = createDeliver({
    store: createDeliveryStore({ redis }),
    open: createOpenMessage({
      vault: createVault(config.payloadKeys),
      plan: (message) => router.plan(message),
      replacesSmartCharacters: config.replacesSmartCharacters,
      logger,
    }),
    calls: createProviderCalls({
      providers,
      health,
      references: createReceiptReferences(config.payloadKeys),
      publicUrl: config.publicUrl,
      now,
    }),
    health,
    book,
    desk,
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
        ...(watch.answers() ? [] : ['Redis cannot be reached']),
      ];
      return { ready: reasons.length === 0, reasons, detail: { providers: health.snapshot() } };
    },
  });
  const configWatch = watchConfig<WorkerConfig>({
    source,
    apply: (next) => {
      const needRestart = needingRestart(config, next, ['routing']);
      const isSetUp = (provider: ProviderConfig) =>
        config.providers.some((known) => isDeepStrictEqual(known, provider));
      if (next.providers.every(isSetUp)) router = createRouter(next.routing);
      else needRestart.push('routing');
      return Promise.resolve({ routes: next.routing.routes.map(({ name }) => name), needRestart });
    },
    registry,
    logger,
    now,
  });

  const adminPort = await admin.listen(config.admin);
  app.start();
  logger.info({ adminPort, config: describeConfig(config) }, 'worker.started');

  const signal = await stopSignal;
  isStopping = true;
  logger.info({ signal }, 'worker.stopping');
  const graceMs = Math.max(config.shutdownTimeoutMs - LET_GO_MS, config.shutdownTimeoutMs / 2);
  const drained = await closeWithin(config.shutdownTimeoutMs, () => app.close(graceMs));
  configWatch.stop();
  watch.stop();
  redis.disconnect();
  await Promise.all(providers.map((provider) => provider.close()));
  await admin.close();
  logger.info({ drained: drained === 'closed' }, 'worker.stopped');
});
