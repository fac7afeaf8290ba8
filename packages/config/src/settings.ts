import { z } from 'zod';
import { providerPath } from './provider-declaration.ts';
import type { ProviderDeclaration, ProviderName } from './provider-declaration.ts';
import { isVariable, settingsOf } from './setting.ts';
import type { Setting, Variable } from './setting.ts';
import { connectionSettings } from './settings/connections.ts';
import { consoleSettings } from './settings/console.ts';
import { deliverySettings } from './settings/delivery.ts';
import { encryptionSettings } from './settings/encryption.ts';
import { listenerSettings } from './settings/listeners.ts';
import { messageSettings } from './settings/messages.ts';
import { processSettings } from './settings/processes.ts';
import { providersSchema } from './settings/providers.ts';
import { redisSettings } from './settings/redis.ts';

/** All settings except those that providers declare. */
const ownSettings = {
  ...connectionSettings,
  ...messageSettings,
  ...encryptionSettings,
  ...deliverySettings,
  ...redisSettings,
  ...listenerSettings,
  ...consoleSettings,
  ...processSettings,
};

/** The settings of everything but providers. */
export type Settings = z.output<z.ZodObject<typeof ownSettings>>;

export type ConnectionSettings = Settings['connections'][string];

/** The form of the YAML file; the environment fills the same form. */
export function settingsSchema(kinds: readonly ProviderDeclaration[], instances: readonly string[] = []) {
  return z.strictObject({ ...ownSettings, providers: providersSchema(kinds, instances) });
}

/** The variable that names the YAML file. It has no place in the file itself. */
export const CONFIG_FILE: Variable = {
  section: 'Processes',
  env: 'GATEWAY_CONFIG',
  path: [],
  services: ['ingress', 'worker', 'console'],
  doc: 'A YAML file; what it leaves out comes from the environment',
  example: '/etc/gateway/gateway.yaml',
};

/** Every setting, in the order of the documentation. */
export function allSettings(kinds: readonly ProviderDeclaration[]): Setting[] {
  return [...settingsOf(settingsSchema(kinds)), CONFIG_FILE];
}

/** Every variable that the processes read, except those of named instances. */
export function allVariables(kinds: readonly ProviderDeclaration[]): Variable[] {
  return allSettings(kinds).filter(isVariable);
}

/** The variable of a provider's setting, or its path in the YAML file if it has none. */
export function providerVariable(
  name: ProviderName,
  key: string,
  kinds: readonly ProviderDeclaration[],
): string {
  const path = [...providerPath(name), key].join('.');
  const settings = settingsOf(settingsSchema(kinds, [name]));
  return settings.find((setting) => setting.path.join('.') === path)?.env ?? path;
}
