import { isDeepStrictEqual } from 'node:util';
import type { ProviderConfig } from '@sms-gateway/config';
import {
  createReplaceableProvider,
  isReplaceable,
  type Provider,
  type ProviderDescriptor,
  type ReplaceableProvider,
} from '@sms-gateway/providers';

type Deps = {
  configs: readonly ProviderConfig[];
  kinds: readonly ProviderDescriptor[];
  create: (config: ProviderConfig) => Promise<Provider>;
};

export type RunningProviders = {
  /** Those of the start, under the same names as long as the process runs. */
  providers: Provider[];
  /**
   * Replaces each provider whose options are others now, unless it keeps a connection of its own, and gives their names.
   * Rejects, and replaces none, where one cannot be made.
   */
  replace(next: readonly ProviderConfig[]): Promise<string[]>;
  /** Whether all of these are running, with these options. */
  areInEffect(configs: readonly ProviderConfig[]): boolean;
};

/**
 * Creates the providers of a worker, which can be given other credentials and settings without a restart. Closes what
 * it made where one cannot be created.
 */
export async function startProviders({ configs, kinds, create }: Deps): Promise<RunningProviders> {
  const running: (ReplaceableProvider & { config: ProviderConfig })[] = [];
  try {
    for (const config of configs) {
      running.push({ config, ...createReplaceableProvider(await create(config)) });
    }
  } catch (error) {
    await Promise.all(running.map(({ provider }) => provider.close()));
    throw error;
  }
  const find = ({ name, kind }: ProviderConfig) =>
    running.find(({ config }) => config.name === name && config.kind === kind);

  return {
    providers: running.map(({ provider }) => provider),
    async replace(next) {
      const changes = next.flatMap((config) => {
        const slot = find(config);
        const isChanged = slot !== undefined && !isDeepStrictEqual(slot.config, config);
        return isChanged && isReplaceable(config, kinds) ? [{ slot, config }] : [];
      });
      const made = await Promise.all(
        changes.map(async ({ slot, config }) => ({ slot, config, provider: await create(config) })),
      );
      for (const { slot, config, provider } of made) {
        slot.replace(provider);
        slot.config = config;
      }
      return changes.map(({ config }) => config.name);
    },
    areInEffect: (wanted) => wanted.every((config) => isDeepStrictEqual(find(config)?.config, config)),
  };
}
