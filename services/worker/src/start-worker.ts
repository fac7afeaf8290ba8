import { type ConfigSource, describeConfig, needingRestart, type WorkerConfig } from '@sms-gateway/config';
import {
  createDeliveryStore,
  createInbox,
  createRateLimit,
  createReceiptHandler,
  createReceiptStore,
  createSmppMemory,
  registerQueueMetrics,
} from '@sms-gateway/delivery';
import { createReceiptReferences, createVault } from '@sms-gateway/privacy';
import {
  closeWithin,
  createAdminServer,
  createEventLog,
  createRegistry,
  openService,
  type RunningService,
  type ServiceOptions,
  watchConfig,
} from '@sms-gateway/process';
import { createProvider, PROVIDERS, type ProviderDescriptor } from '@sms-gateway/providers';
import {
  connectRedis,
  createConnectionWatch,
  createDurabilityCheck,
  type DurabilityCheck,
} from '@sms-gateway/redis';
import { createRouter } from '@sms-gateway/routing';
import { createLastErrors, startReporting } from '@sms-gateway/reporting';
import { createGuard } from '@sms-gateway/screening';
import { createConsumer } from './consumer.ts';
import { createDeliver } from './deliver.ts';
import { createHealth } from './health/create-health.ts';
import { registerHealthMetrics } from './health/health-metrics.ts';
import { createWorkerMetrics } from './metrics.ts';
import { createOpenMessage } from './open-message.ts';
import { createProviderCalls } from './provider-calls.ts';
import { createSettleLate } from './settle-late.ts';
import { startProviders } from './start-providers.ts';

/** Milliseconds of the shutdown time that are reserved for storing the results of aborted deliveries. */
const STORE_RESULTS_MS = 1000;
/** Milliseconds that the last report to Redis may take: a Redis that does not answer must not delay the shutdown. */
const REPORT_MS = 500;

type Options = ServiceOptions<ConfigSource<WorkerConfig>> & {
  /** Gives [0, 1). */
  random?: (() => number) | undefined;
  /** The kinds of provider that the configuration was loaded with. */
  kinds?: readonly ProviderDescriptor[] | undefined;
};

/**
 * Starts a worker in this process and resolves once it takes messages. Rejects with `ListenError` where its port
 * cannot be listened on, and leaves nothing open then.
 */
export async function startWorker(
  config: WorkerConfig,
  {
    source,
    destination,
    now = Date.now,
    random = Math.random,
    registry = createRegistry({ service: 'worker' }),
    kinds = PROVIDERS,
  }: Options = {},
): Promise<RunningService> {
  return openService('worker', { config, destination }, async ({ logger, teardown }) => {
    const metrics = createWorkerMetrics({ registry });
    const redis = connectRedis(config.redis, 'worker', {
      name: 'sms-gateway-worker',
      onError: (error) => logger.warn({ err: error }, 'redis.error'),
    });
    teardown.add(() => redis.disconnect());
    const watch = createConnectionWatch({ redis, now });
    teardown.add(() => watch.stop());
    const durability =
      config.durability.mode === 'replicated'
        ? createDurabilityCheck({
            redis,
            config: config.redis,
            mode: 'replicated',
            // Accepted messages are sent even if no replica is left that could be promoted.
            replicas: 0,
            demandsSettings: false,
          })
        : undefined;
    if (durability) teardown.add(() => durability.stop());
    const confirming: Pick<DurabilityCheck, 'confirm'> = durability ?? { confirm: (write) => write() };
    const receipts = createReceiptStore({ redis, now });
    const guard = createGuard({ redis });
    const receiptHandler = createReceiptHandler({
      receipts,
      durability: confirming,
      guard,
      registry,
      logger,
    });
    const store = createDeliveryStore({ redis });
    const settleLate = createSettleLate({ store, receiptHandler, logger, now });
    const vault = createVault(config.payloadKeys);
    const running = await startProviders({
      configs: config.providers,
      kinds,
      create: (providerConfig) => {
        const { name, kind } = providerConfig;
        return createProvider(providerConfig, kinds, {
          connections: config.concurrency,
          onReceipt: async (receipt, reference) =>
            (await receiptHandler.take(name, receipt, reference)).match,
          onLateResult: (late) => settleLate(name, late),
          onEvent: (event) => {
            const { severity, ...fields } = event;
            metrics.providerEvent(name, event.event);
            logger[severity]({ provider: name, event: fields }, `${kind}.event`);
          },
          memory: createSmppMemory({ redis, provider: name }),
          deliverToInbox: (message) => createInbox({ redis, vault }).add(message),
          log: (line, fields) => logger.info({ provider: name, ...fields }, line),
        });
      },
    });
    const { providers } = running;
    for (const provider of providers) teardown.add(() => provider.close());
    const health = createHealth({
      providers,
      rateLimits: config.rateLimits,
      rateLimit: createRateLimit({ redis }),
      now,
      random,
    });
    registerHealthMetrics({ registry, health });
    registerQueueMetrics({ registry, redis, now });

    const lastErrors = createLastErrors({ redis });
    teardown.add(() => closeWithin(REPORT_MS, () => lastErrors.stop()));
    let router = createRouter(config.routing);
    let { blockedDestinations } = config;
    const deliver = createDeliver({
      store,
      durability: confirming,
      openMessage: createOpenMessage({
        vault,
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
      receipts,
      receiptHandler,
      metrics,
      lastErrors,
      logEvent: createEventLog({ logger, service: 'worker', destination, now }),
      onUnknown: config.onUnknown,
      blockedDestinations: () => blockedDestinations,
      now,
      random,
    });
    const consumer = createConsumer({ redis, store, deliver, concurrency: config.concurrency, logger, now });
    teardown.add(() => consumer.disconnect());

    let isStopping = false;
    const readiness = () => {
      const standstill = health.standstill();
      const reasons = [
        ...(isStopping ? ['The process is shutting down'] : []),
        ...new Set([...watch.reasons(), ...(durability?.state().reasons ?? [])]),
        ...(standstill === undefined ? [] : [`No provider can send. ${standstill}`]),
      ];
      return { ready: reasons.length === 0, reasons, detail: { providers: health.snapshot() } };
    };
    const admin = createAdminServer({ registry, logger, readiness });
    teardown.add(() => admin.close());
    const adminPort = await admin.listen(config.admin);
    const configWatch =
      source &&
      watchConfig<WorkerConfig>({
        source,
        apply: async (next) => {
          const replaced = await running.replace(next.providers);
          const needRestart = needingRestart(config, next, ['routing', 'blockedDestinations', 'providers']);
          ({ blockedDestinations } = next);
          if (running.areInEffect(next.providers)) router = createRouter(next.routing);
          else needRestart.push('providers', 'routing');
          return {
            routes: next.routing.routes.map(({ name }) => name),
            blockedDestinations,
            replacedProviders: replaced,
            needRestart,
          };
        },
        registry,
        logger,
        now,
      });
    if (configWatch) teardown.add(() => configWatch.stop());
    const reporting = startReporting({
      redis,
      registry,
      service: 'worker',
      now,
      describe: () => ({
        reasons: readiness().reasons,
        reloadFailedAt: configWatch?.failedSince(),
        blockedDestinations,
        providers: Object.fromEntries(
          Object.entries(health.snapshot()).map(([name, { isAvailable, circuit }]) => [
            name,
            {
              isAvailable,
              ...(!isAvailable && { reason: `circuit breaker ${circuit.replaceAll('_', ' ')}` }),
            },
          ]),
        ),
      }),
      onError: (error) => logger.warn({ err: error }, 'reporting.failed'),
    });
    teardown.add(() => closeWithin(REPORT_MS, () => reporting.stop()));
    consumer.start();
    logger.info({ adminPort, config: describeConfig(config, kinds) }, 'worker.started');

    return {
      adminPort,
      readiness,
      reload: () => configWatch?.reload(),
      drain: () => {
        isStopping = true;
        const graceMs = Math.max(config.shutdownTimeoutMs - STORE_RESULTS_MS, config.shutdownTimeoutMs / 2);
        return closeWithin(config.shutdownTimeoutMs, () => consumer.close(graceMs));
      },
    };
  });
}
