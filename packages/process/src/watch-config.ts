import { Gauge, type Registry } from 'prom-client';
import { errorFields } from './error-fields.ts';
import type { Logger } from './logger.ts';
import { ConfigError } from '@sms-gateway/config';
import type { ConfigSource } from '@sms-gateway/config';

export type ConfigWatch = {
  /** Loads the configuration again now, after a reload that is under way. */
  reload(): void;
  /** Since when the files hold a configuration that was refused, in milliseconds since the epoch. */
  failedSince(): number | undefined;
  stop(): void;
};

type Deps<Config> = {
  source: ConfigSource<Config>;
  /** Applies a new configuration, and returns fields for the log line. */
  apply: (config: Config) => Promise<Record<string, unknown>>;
  registry: Registry;
  logger: Logger;
  now: () => number;
  /** Milliseconds between two reads of the files. A change takes effect at the second read that finds it. */
  intervalMs?: number;
};

/**
 * Loads the configuration again when it is asked to (SIGHUP), and when one of its files has changed. A bad one changes
 * nothing: the service keeps its settings and logs what is wrong. The files are read rather than watched, because a
 * mounted ConfigMap or a file over a network sends no event.
 */
export function watchConfig<Config extends { warnings: string[] }>({
  source,
  apply,
  registry,
  logger,
  now,
  intervalMs = 1000,
}: Deps<Config>): ConfigWatch {
  const successful = new Gauge({
    name: 'gateway_config_last_reload_successful',
    help: '1 while the configuration in effect is that of the files, 0 after one that was refused',
    registers: [registry],
  });
  const succeededAt = new Gauge({
    name: 'gateway_config_last_reload_success_timestamp_seconds',
    help: 'When the configuration in effect was loaded',
    registers: [registry],
  });
  let running = Promise.resolve();

  let failedSince: number | undefined;

  function loaded(isGood: boolean): void {
    successful.set(isGood ? 1 : 0);
    if (isGood) succeededAt.set(now() / 1000);
    failedSince = isGood ? undefined : (failedSince ?? now());
  }

  async function reload(cause: 'SIGHUP' | 'file'): Promise<void> {
    try {
      const config = source.load();
      const changes = await apply(config);
      loaded(true);
      logger.info({ cause, ...changes }, 'config.reloaded');
      for (const warning of config.warnings) logger.warn({ warning }, 'config.warning');
    } catch (error) {
      loaded(false);
      const reason =
        error instanceof ConfigError ? { problems: error.problems } : { err: errorFields(error) };
      logger.error({ cause, ...reason }, 'config.reload_failed');
    }
  }

  // One after the other, because of two at once the older could win.
  const request = (cause: 'SIGHUP' | 'file') => void (running = running.then(() => reload(cause)));
  const timer = setInterval(() => {
    if (source.hasChanged()) request('file');
  }, intervalMs);
  timer.unref();
  loaded(true);

  return {
    reload: () => request('SIGHUP'),
    failedSince: () => failedSince,
    stop: () => clearInterval(timer),
  };
}
