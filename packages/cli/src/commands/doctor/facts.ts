import { readFileSync } from 'node:fs';
import {
  ConfigError,
  type IngressConfig,
  loadCallerConfig,
  loadIngressConfig,
  loadWorkerConfig,
  type WorkerConfig,
} from '@sms-gateway/config';
import { PROVIDERS } from '@sms-gateway/providers';
import { type DevState, readDevState, stateFolder } from '../../dev-state.ts';
import type { CommandContext } from '../command.ts';
import { askProviders, type ProviderAnswer } from './ask-providers.ts';
import { effectiveEnv } from '../../effective-env.ts';
import { lookAtRedis, type RedisLook } from './look-at-redis.ts';
import { lookAtTenant, type TenantLook } from './look-at-tenant.ts';
import { type CallerConfig, type Probe, probeConnections } from './probe-connections.ts';

export type Loaded<Config> =
  | { kind: 'loaded'; config: Config }
  | { kind: 'problems'; problems: readonly string[] };

/** What the checks need to know. Each question to another system is asked once, and only if a check needs it. */
export type Facts = {
  env: NodeJS.ProcessEnv;
  devState: DevState | undefined;
  /** Why the file of the dev state cannot be read. */
  devStateProblem: string | undefined;
  /** Whether the configuration is the one that `npm start` makes. */
  isDev: boolean;
  now: () => number;
  ingress: Loaded<IngressConfig>;
  worker: Loaded<WorkerConfig>;
  /** Only connections and URL, which may be valid when the rest is not. */
  caller: Loaded<CallerConfig>;
  /** Undefined if the ingress's configuration cannot be used. */
  redis(): Promise<RedisLook | undefined>;
  /** Empty if there is no URL to ask, or the connections are not known. */
  probes(): Promise<Probe[]>;
  /** Empty if the worker's configuration cannot be used. */
  providers(): Promise<ProviderAnswer[]>;
  tenant(): Promise<TenantLook>;
};

export async function createFacts(
  { env: given, dialogue }: Pick<CommandContext, 'env' | 'dialogue'>,
  { now }: { now: () => number },
): Promise<Facts> {
  let devState: DevState | undefined;
  let devStateProblem: string | undefined;
  try {
    devState = await readDevState(stateFolder(given));
  } catch (error) {
    devStateProblem = error instanceof Error ? error.message : 'The state of npm start cannot be read.';
  }
  const { env, isDev } = effectiveEnv(given, devState);
  const options = { env, readFile: (path: string) => readFileSync(path, 'utf8') };
  const ingress = loaded(() => loadIngressConfig({ ...options, providers: PROVIDERS }));
  const worker = loaded(() => loadWorkerConfig({ ...options, providers: PROVIDERS }));
  const caller = loaded(() => loadCallerConfig(options));

  return {
    env,
    devState,
    devStateProblem,
    isDev,
    now,
    ingress,
    worker,
    caller,
    redis: once(async () => (ingress.kind === 'loaded' ? lookAtRedis(ingress.config, now) : undefined)),
    probes: once(async () =>
      caller.kind === 'loaded' ? probeConnections(caller.config, { devState, now }) : [],
    ),
    providers: once(async () =>
      worker.kind === 'loaded' ? askProviders(worker.config.providers, PROVIDERS, now) : [],
    ),
    tenant: once(() => lookAtTenant({ env, dialogue, now })),
  };
}

function loaded<Config>(load: () => Config): Loaded<Config> {
  try {
    return { kind: 'loaded', config: load() };
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'problems', problems: error.problems };
    throw error;
  }
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}
