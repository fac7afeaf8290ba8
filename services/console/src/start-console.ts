import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createInbox } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { closeWithin, listen, type LogDestination, openService } from '@sms-gateway/process';
import { connectRedis, createConnectionWatch, type RedisClient } from '@sms-gateway/redis';
import { createOverviewReader, createWhy, readConfiguredBlocks, readPresent } from '@sms-gateway/reporting';
import { createBlocks, createRefusals } from '@sms-gateway/screening';
import type { Router } from 'express';
import { blockRoutes } from './api/blocks.ts';
import { createInboxTail } from './api/inbox-tail.ts';
import { inboxRoutes } from './api/inbox.ts';
import { doctorRoutes } from './api/doctor.ts';
import { messageRoutes } from './api/messages.ts';
import { overviewRoutes } from './api/overview.ts';
import { createApp } from './http/app.ts';
import type { ConsoleConfig } from '@sms-gateway/config';
import { createSignIn } from './sign-in/sign-in.ts';

/** Where the build puts the pages; the same from `src` and from `dist`. */
const PAGES = fileURLToPath(new URL('../dist/web', import.meta.url));

export type Console = {
  /** URL of the console on this machine. */
  url: string;
  port: number;
  /** Ends open streams, finishes the work in progress within `SHUTDOWN_TIMEOUT`, and closes everything. */
  stop(cause?: { signal?: string }): Promise<void>;
};

type Options = {
  /** Receives the log lines; standard output by default. */
  destination?: LogDestination | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
};

/** Starts the console in this process and resolves once it listens. Rejects with `ListenError` if it cannot listen. */
export async function startConsole(
  config: ConsoleConfig,
  { destination, now = Date.now }: Options = {},
): Promise<Console> {
  return openService('console', { config, destination }, async ({ logger, teardown }) => {
    const onError = (error: unknown) => logger.warn({ err: error }, 'redis.error');
    const connect = (name: string): RedisClient => {
      const redis = connectRedis(config.redis, 'worker', { name, onError });
      teardown.add(() => redis.disconnect());
      return redis;
    };
    const redis = connect('sms-gateway-console');
    const watch = createConnectionWatch({ redis, now });
    teardown.add(() => watch.stop());

    const routes: Router[] = [
      overviewRoutes({
        readOverview: createOverviewReader({ redis, now }),
        refusals: createRefusals({ redis }),
        now,
        onError: (error) => logger.warn({ err: error }, 'console.overview_failed'),
      }),
      messageRoutes({ why: createWhy({ redis, identity: createIdentity(config.payloadKeys), now }) }),
      doctorRoutes({ readPresent: () => readPresent(redis, now), now }),
      blockRoutes({
        blocks: createBlocks({ redis }),
        configured: async () => (await readConfiguredBlocks(redis)) ?? [],
        logger,
      }),
    ];
    if (config.hasInbox) {
      const vault = createVault(config.payloadKeys);
      const tail = createInboxTail({
        // A separate connection, because its reads block.
        inbox: createInbox({ redis: connect('sms-gateway-console-inbox'), vault }),
        onError,
      });
      teardown.add(() => tail.stop());
      routes.push(inboxRoutes({ inbox: createInbox({ redis, vault }), tail }));
    }

    const server = createServer();
    const port = await listen(server, { host: config.host, port: config.port, variable: 'CONSOLE_PORT' });
    teardown.add(() => server.closeAllConnections());
    const host = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    server.on(
      'request',
      createApp({
        signIn: createSignIn({
          config: config.signIn,
          publicUrl: config.publicUrl ?? url,
          keys: config.payloadKeys,
          hasInbox: config.hasInbox,
          logger,
          now,
        }),
        hasSignIn: config.signIn.kind !== 'none',
        isReachable: () => watch.answers(),
        routes,
        pages: PAGES,
        hasInbox: config.hasInbox,
        logger,
      }),
    );
    logger.info({ port, signIn: config.signIn.kind }, 'console.started');

    return {
      url,
      port,
      drain: () =>
        closeWithin(config.shutdownTimeoutMs, () => {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          // Event streams never end by themselves, and a page reconnects to another console.
          server.closeAllConnections();
          return closed;
        }),
    };
  });
}
