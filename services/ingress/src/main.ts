import { connectRedis, createDurabilityCheck } from '@sms-gateway/redis';
import { createGuard, createRefusals } from '@sms-gateway/screening';
import { createIdentity, createReceiptReferences, createVault } from '@sms-gateway/privacy';
import {
  createProducer,
  createReceiptStore,
  createReceiptHandler,
  registerQueueMetrics,
} from '@sms-gateway/delivery';
import {
  closeWithin,
  createAdminServer,
  createLogger,
  createRegistry,
  listen,
  runMain,
  untilSignal,
  watchConfig,
} from '@sms-gateway/process';
import {
  createConfigSource,
  describeConfig,
  type IngressConfig,
  loadIngressConfig,
  namesOfChanges,
  needingRestart,
} from '@sms-gateway/config';
import { createAccept } from './messages/accept.ts';
import { createApp } from './http/app.ts';
import { createGates } from './auth/connections.ts';
import { createIngressMetrics } from './metrics.ts';
import { createTakeReceipts } from './receipts/receipts.ts';
import { createServer } from './http/server.ts';
import { createTakeVerified } from './messages/verified.ts';

await runMain('ingress', async () => {
  const stopSignal = untilSignal();
  const source = createConfigSource((readFile) => loadIngressConfig({ env: process.env, readFile }));
  const config = source.load();
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
  const identity = createIdentity(config.payloadKeys);
  const producer = createProducer({
    redis,
    check,
    vault: createVault(config.payloadKeys),
    identity,
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
  const guard = createGuard({ redis });
  const gates = await createGates({ connections: config.connections, now });
  /** The part of the configuration that a reload changes. */
  let current: Pick<IngressConfig, 'connections' | 'screening'> = config;
  const app = createApp({
    gates,
    accept: createAccept({
      producer,
      identity,
      refusals: createRefusals({ redis }),
      metrics,
      logger,
      screening: () => current.screening,
    }),
    takeVerified: createTakeVerified({ guard, identity, metrics, now }),
    takeReceipts: createTakeReceipts({
      config: config.receipts,
      publicUrl: config.publicUrl,
      references: createReceiptReferences(config.payloadKeys),
      desk: createReceiptHandler({ book: createReceiptStore({ redis, now }), guard, registry, logger }),
      metrics,
      now,
    }),
    metrics,
    logger,
    isDraining: () => isDraining,
  });
  const server = createServer(app, { onRefused: (status) => metrics.requested('none', status) });

  const watch = watchConfig<IngressConfig>({
    source,
    apply: async (next) => {
      const changes = {
        connections: namesOfChanges(current.connections, next.connections),
        needRestart: needingRestart(config, next, ['connections', 'screening']),
      };
      await gates.load(next.connections);
      current = next;
      return changes;
    },
    registry,
    logger,
    now,
  });

  const adminPort = await admin.listen(config.admin);
  const port = await listen(server, { host: config.host, port: config.port, variable: 'PORT' });
  logger.info({ port, adminPort, config: describeConfig(config) }, 'ingress.started');

  const signal = await stopSignal;
  isDraining = true;
  logger.info({ signal }, 'ingress.stopping');
  const drained = await closeWithin(config.shutdownTimeoutMs, server.drain);
  watch.stop();
  check.stop();
  redis.disconnect();
  await admin.close();
  logger.info({ drained: drained === 'closed' }, 'ingress.stopped');
});
