import {
  connectRedis,
  createDurabilityCheck,
  createIdentity,
  createProducer,
  createReceiptBook,
  createReceiptDesk,
  createReceiptReferences,
  createVault,
  registerQueueMetrics,
} from '@sms-gateway/queue';
import {
  closeWithin,
  createAdminServer,
  createLogger,
  createRegistry,
  describeConfig,
  listen,
  loadIngressConfig,
  runMain,
  untilSignal,
} from '@sms-gateway/runtime';
import { createAccept } from './accept.ts';
import { createApp } from './app.ts';
import { createIngressMetrics } from './metrics.ts';
import { createTakeReceipts } from './receipts.ts';
import { createServer } from './server.ts';

await runMain('ingress', async () => {
  const stopSignal = untilSignal();
  const config = loadIngressConfig({ env: process.env });
  const logger = createLogger({ service: 'ingress', level: config.logLevel });
  const registry = createRegistry({ service: 'ingress' });
  const metrics = createIngressMetrics({ registry });
  const now = Date.now;
  for (const warning of config.warnings) logger.warn({ warning }, 'config.warning');

  const onError = (error: Error) => logger.warn({ err: error }, 'redis.error');
  const redis = connectRedis(config.redis, 'producer', { name: 'sms-gateway-ingress', onError });
  const { mode, replicas } = config.durability;
  const check = createDurabilityCheck({
    redis,
    mode,
    replicas,
    onChange: ({ ready, reasons }) =>
      ready ? logger.info({ durability: mode }, 'queue.ready') : logger.warn({ reasons }, 'queue.not_ready'),
  });
  const producer = createProducer({
    redis,
    check,
    vault: createVault(config.payloadKeys),
    identity: createIdentity(config.payloadKeys),
    replicas: mode === 'replicated' ? replicas : 0,
    now,
  });
  registerQueueMetrics({ registry, redis, now });

  let isDraining = false;
  const admin = createAdminServer({
    registry,
    logger,
    readiness: () =>
      isDraining ? { ready: false, reasons: ['The process is shutting down'] } : check.state(),
  });
  const app = await createApp({
    connections: config.connections,
    accept: createAccept({ producer, metrics, screening: config.screening }),
    takeReceipts: createTakeReceipts({
      config: config.receipts,
      publicUrl: config.publicUrl,
      references: createReceiptReferences(config.payloadKeys),
      desk: createReceiptDesk({ book: createReceiptBook({ redis, now }), registry, logger }),
      metrics,
      now,
    }),
    metrics,
    logger,
    now,
    isDraining: () => isDraining,
  });
  const server = createServer(app, { onRefused: (status) => metrics.requested('none', status) });

  const adminPort = await admin.listen(config.admin);
  const port = await listen(server, { host: config.host, port: config.port, variable: 'PORT' });
  logger.info({ port, adminPort, config: describeConfig(config) }, 'ingress.started');

  const signal = await stopSignal;
  isDraining = true;
  logger.info({ signal }, 'ingress.stopping');
  const drained = await closeWithin(config.shutdownTimeoutMs, server.drain);
  check.stop();
  redis.disconnect();
  await admin.close();
  logger.info({ drained: drained === 'closed' }, 'ingress.stopped');
});
