import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConfigSource,
  describeConfig,
  type IngressConfig,
  namesOfChanges,
  needingRestart,
} from '@sms-gateway/config';
import {
  createProducer,
  createReceiptHandler,
  createReceiptStore,
  createRefusalNotes,
  createTraceReader,
  registerQueueMetrics,
} from '@sms-gateway/delivery';
import { createIdentity, createReceiptReferences, createVault } from '@sms-gateway/privacy';
import {
  closeWithin,
  createAdminServer,
  createEventLog,
  createRegistry,
  listen,
  openService,
  type RunningService,
  type ServiceOptions,
  watchConfig,
} from '@sms-gateway/process';
import { createReceiptReaders, PROVIDERS, type ProviderDescriptor } from '@sms-gateway/providers';
import { connectRedis, createDurabilityCheck, createStoreIdentity } from '@sms-gateway/redis';
import { startReporting } from '@sms-gateway/reporting';
import { createGuard, createRefusals, describeLimits } from '@sms-gateway/screening';
import { createApp } from './app.ts';
import { createConnectionAuthenticators } from './auth/connection-authenticators.ts';
import { createAnswers } from './http/answer.ts';
import { createRefusalLog } from './http/refusal-log.ts';
import { createServer } from './http/server.ts';
import { createAcceptMessage } from './messages/accept-message.ts';
import { rememberRefusals } from './messages/remember-refusals.ts';
import { createRecordVerified } from './messages/record-verified.ts';
import { createLimitedSubjects } from './messages/limited-subjects.ts';
import { createCallerFaults } from './messages/caller-faults.ts';
import { createIngressMetrics } from './metrics.ts';
import { createReceiptWebhook } from './receipts/receipt-webhook.ts';

export type Ingress = RunningService & {
  /** Of the public listener. */
  port: number;
};

/**
 * Starts the ingress in this process and resolves once it listens; `readiness` says when it may accept messages.
 * Rejects with `ListenError` where a port cannot be listened on, and leaves nothing open then.
 */
export async function startIngress(
  config: IngressConfig,
  {
    source,
    destination,
    now = Date.now,
    registry = createRegistry({ service: 'ingress' }),
    kinds = PROVIDERS,
  }: Options = {},
): Promise<Ingress> {
  return openService('ingress', { config, destination }, async ({ logger, teardown }) => {
    const metrics = createIngressMetrics({ registry });
    const redis = connectRedis(config.redis, 'producer', {
      name: 'sms-gateway-ingress',
      onError: (error) => logger.warn({ err: error }, 'redis.error'),
    });
    teardown.add(() => redis.disconnect());
    const { mode, replicas } = config.durability;
    const check = createDurabilityCheck({
      redis,
      config: config.redis,
      mode,
      replicas,
      store: createStoreIdentity({
        redis,
        now,
        onLoss: ({ kind, knownForMs }) => {
          metrics.dataLost();
          logger.error({ kind, knownForMs }, 'redis.data_lost');
          // The operator chose to keep messages only in the memory of Redis.
          return mode === 'none' ? 'continue' : config.redisDataLoss;
        },
      }),
      onChange: ({ ready, reasons }) =>
        ready
          ? logger.info({ durability: mode }, 'queue.ready')
          : logger.warn({ reasons }, 'queue.not_ready'),
    });
    teardown.add(() => check.stop());
    const identity = createIdentity(config.payloadKeys);
    const producer = createProducer({
      redis,
      check,
      vault: createVault(config.payloadKeys),
      identity,
      now,
    });
    registerQueueMetrics({ registry, redis, now });

    let isDraining = false;
    const readiness = () =>
      isDraining ? { ready: false, reasons: ['The process is shutting down'] } : check.state();
    const admin = createAdminServer({ registry, logger, readiness });
    const guard = createGuard({ redis });
    const notes = createRefusalNotes({ redis });
    teardown.add(() => notes.stop());
    const authenticators = createConnectionAuthenticators({
      connections: config.connections,
      metrics,
      logger,
      now,
    });
    /** The part of the configuration that a reload changes. */
    let current: Pick<IngressConfig, 'connections' | 'screening' | 'blockedDestinations'> = config;
    let receiptReaders = await createReceiptReaders(config.receipts, kinds);
    const app = createApp({
      authenticators,
      acceptMessage: rememberRefusals(
        createAcceptMessage({
          producer,
          identity,
          refusals: createRefusals({ redis }),
          limitedSubjects: createLimitedSubjects({ now }),
          faults: createCallerFaults({ redis, metrics, logger, now }),
          metrics,
          logger,
          current: () => current,
        }),
        { notes, identity, now },
      ),
      traces: createTraceReader({ redis }),
      recordVerified: createRecordVerified({ guard, identity, metrics, now }),
      receiptWebhook: createReceiptWebhook({
        readers: () => receiptReaders,
        publicUrl: config.publicUrl,
        references: createReceiptReferences(config.payloadKeys),
        receiptHandler: createReceiptHandler({
          receipts: createReceiptStore({ redis, now }),
          durability: check,
          guard,
          registry,
          logger,
        }),
        metrics,
        now,
      }),
      answers: createAnswers({
        metrics,
        logger,
        logEvent: createEventLog({ logger, service: 'ingress', destination, now }),
        refusalLog: createRefusalLog({ logger }),
        isDraining: () => isDraining,
      }),
    });
    const server = createServer(app, { onRefused: (status) => metrics.requested('none', status) });

    teardown.add(() => admin.close());
    const adminPort = await admin.listen(config.admin);
    const port = await listen(server, { host: config.host, port: config.port, variable: 'PORT' });
    teardown.add(() => server.closeAllConnections());
    const watch =
      source &&
      watchConfig<IngressConfig>({
        source,
        apply: async (next) => {
          const changes = {
            connections: namesOfChanges(current.connections, next.connections),
            needRestart: needingRestart(config, next, [
              'connections',
              'screening',
              'blockedDestinations',
              'receipts',
            ]),
            blockedDestinations: next.blockedDestinations,
          };
          const nextReaders = await createReceiptReaders(next.receipts, kinds);
          authenticators.load(next.connections);
          receiptReaders = nextReaders;
          current = next;
          return changes;
        },
        registry,
        logger,
        now,
      });
    if (watch) teardown.add(() => watch.stop());
    const reporting = startReporting({
      redis,
      registry,
      service: 'ingress',
      now,
      describe: () => ({
        reasons: readiness().reasons,
        reloadFailedAt: watch?.failedSince(),
        blockedDestinations: current.blockedDestinations,
        limits: current.connections.flatMap((connection) => describeLimits(connection, current.screening)),
      }),
      onError: (error) => logger.warn({ err: error }, 'reporting.failed'),
    });
    teardown.add(() => reporting.stop());
    logger.info({ port, adminPort, config: describeConfig(config, kinds) }, 'ingress.started');

    return {
      port,
      adminPort,
      readiness,
      reload: () => watch?.reload(),
      drain: async (signal) => {
        isDraining = true;
        // Only after a supervisor's signal does a load balancer have to stop sending requests first.
        if (signal === 'SIGTERM') await delay(config.shutdownDelayMs);
        return closeWithin(config.shutdownTimeoutMs, server.drain);
      },
    };
  });
}

type Options = ServiceOptions<ConfigSource<IngressConfig>> & {
  /** The kinds of provider that the configuration was loaded with. */
  kinds?: readonly ProviderDescriptor[] | undefined;
};
