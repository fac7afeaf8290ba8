import { z } from 'zod';
import { isMap } from '../config-file.ts';
import type { SettingsMap } from '../config-file.ts';
import { list } from '../fields.ts';
import { parseProviderName } from '../provider-declaration.ts';
import type { ProviderDeclaration } from '../provider-declaration.ts';
import { declarationOf, settingsIn } from '../setting.ts';

const setting = settingsIn('Providers', ['worker']);

/** The `providers` section of the YAML file: each kind by its name, and the named instances. */
export function providersSchema(kinds: readonly ProviderDeclaration[], instances: readonly string[]) {
  const names = [...kinds.filter(hasSettings).map(({ kind }) => kind), ...instances];
  const byName = names.map((name) => {
    const parsed = parseProviderName(name, kinds);
    return [name, z.strictObject(parsed === undefined ? {} : shapeOf(parsed.kind, parsed.instance))] as const;
  });
  return z.strictObject({
    order: setting({
      env: 'PROVIDERS',
      schema: list(z.string()),
      doc: `Failover order, comma-separated: ${kinds.map(({ kind }) => kind).join(', ')}`,
      fillIn: 'failover order, such as twilio,http; console only prints, for trying the gateway out',
    }),
    ...Object.fromEntries(byName),
  });
}

function hasSettings({ settings }: ProviderDeclaration): boolean {
  return Object.keys(settings).length > 0;
}

/** An instance has its own variables: `SMPP_CARRIERA_URL` in place of `SMPP_URL`. */
function shapeOf({ kind, settings, envPrefix = kind.toUpperCase() }: ProviderDeclaration, instance?: string) {
  if (instance === undefined) return settings;
  const prefix = `${envPrefix}_${instance.toUpperCase().replaceAll('-', '_')}`;
  return Object.fromEntries(
    Object.entries(settings).map(([key, schema]) => {
      const { env, section = kind, services = [], ...rest } = declarationOf(schema) ?? { doc: '' };
      const own = env === undefined ? {} : { env: env.replace(envPrefix, prefix) };
      return [key, settingsIn(section, services)({ ...rest, ...own, schema: asZod(schema) })];
    }),
  );
}

function asZod(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError('A setting must have a schema of zod, not of zod/mini');
}

/** Named instances, wherever the file or the variable `PROVIDERS` names one. */
export function namedInstances(
  { providers, routes }: SettingsMap,
  order: string,
  kinds: readonly ProviderDeclaration[],
): string[] {
  const routed = isMap(routes)
    ? Object.values(routes).map((route) => (isMap(route) ? route['providers'] : []))
    : [];
  const sections = isMap(providers) ? [Object.keys(providers), providers['order']] : [];
  const names = [order, ...sections, ...routed].flatMap(namesIn).filter((name) => name.includes(':'));
  return [...new Set(names)].filter((name) => parseProviderName(name, kinds) !== undefined);
}

/** The names of a list, also a comma-separated one, or of a map of weights. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',').map((name) => name.trim());
  if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
  return isMap(value) ? Object.keys(value) : [];
}
