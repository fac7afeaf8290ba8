import { z } from 'zod';
import { interpolateMap, isMap, parseConfigFile, UNREADABLE } from './config-file.ts';
import type { Path, SettingsMap } from './config-file.ts';
import { ConfigError } from './config-error.ts';
import type { ProviderDeclaration } from './provider-declaration.ts';
import { errorCode, readVariable } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';
import { isUnset, valueAt } from './review.ts';
import { DEFAULT_CONNECTION, isVariable, pickFields, settingsOf } from './setting.ts';
import type { Service, Setting, Variable } from './setting.ts';
import { settingsSchema } from './settings.ts';
import { namedInstances } from './settings/providers.ts';

/** The settings as written, before any is checked. */
export type Sources = {
  raw: SettingsMap;
  /** The schema of what is read here. */
  schema: z.ZodObject;
  /** Every variable that could fill a setting, including those that are not read here. */
  variables: readonly Variable[];
  /** Which variable filled a setting, by its dotted path. */
  origins: ReadonlyMap<string, string>;
  problems: readonly string[];
};

type Options = {
  env: Environment;
  readFile: ReadFile;
  service: Service;
  kinds: readonly ProviderDeclaration[];
  /** Selects the settings of the service to read; one file may serve all readers. */
  reads: (setting: Setting) => boolean;
};

/**
 * Merges file and environment: the file wins, the environment fills what it leaves out. Settings of other readers are
 * dropped before their variables are looked up.
 * @throws {ConfigError} for a file that cannot be read, because then the rest cannot be checked.
 */
export function readSources({ env, readFile, service, kinds, reads }: Options): Sources {
  const problems: string[] = [];
  const origins = new Map<string, string>();
  const path = env.GATEWAY_CONFIG?.trim() ?? '';
  const file = path === '' ? {} : readConfigFile(path, readFile);

  const whole = settingsSchema(kinds, namedInstances(file, env.PROVIDERS ?? '', kinds));
  const isRead = (setting: Setting) => setting.services.includes(service) && reads(setting);
  const schema = pickFields(whole, isRead) ?? z.strictObject({});
  const settings = settingsOf(whole);
  const report = (at: Path, message: string) =>
    problems.push(`${at.filter((key) => typeof key === 'string').join('.')}: ${message}`);
  const raw = interpolateMap(withoutForeign(file, schema, whole), [], { file: path, env, readFile, report });

  problems.push(...sharedVariables(settings.filter(isVariable)));

  const isDefaultWanted = wantsDefaultConnection(raw, env);
  const variables = settings.filter(isVariable);
  for (const variable of variables.filter(isRead)) {
    if (variable.path[0] === 'connections' && !isDefaultWanted) continue;
    if (!isUnset(valueAt(raw, variable.path))) continue;
    const found = readVariable({ env, readFile, name: variable.env, orFile: variable.secret === true });
    if (found.kind === 'problem') problems.push(`${found.name}: ${found.message}`);
    if (found.kind !== 'unset') origins.set(variable.path.join('.'), variable.env);
    const otherwise = found.kind === 'problem' ? UNREADABLE : defaultOf(variable, service);
    const value = found.kind === 'value' ? found.value : otherwise;
    if (value !== undefined) fill(raw, variable.path, value);
  }
  return { raw, schema, variables, origins, problems };
}

/** Names of instances that are too similar, such as `smpp:a` and `smpp:A`. */
function sharedVariables(variables: readonly Variable[]): string[] {
  return variables.flatMap(({ env, path }, index) => {
    const first = variables.findIndex((variable) => variable.env === env);
    if (first === index) return [];
    const [, name] = variables[first]?.path ?? [];
    return [`${path.join('.')}: its variable ${env} is also that of ${name}; give the provider another name`];
  });
}

function defaultOf(variable: Variable, service: Service): string | undefined {
  return typeof variable.default === 'object' ? variable.default[service] : variable.default;
}

/** `AUTH0_*` fill the connection `default`, which exists if it is configured or there is no other. */
function wantsDefaultConnection(raw: SettingsMap, env: Environment): boolean {
  const { connections } = raw;
  return (
    !isMap(connections) ||
    Object.keys(connections).length === 0 ||
    !isUnset(connections[DEFAULT_CONNECTION]) ||
    !isUnset(env.AUTH0_SECRET?.trim()) ||
    !isUnset(env.AUTH0_SECRET_FILE?.trim())
  );
}

/** Ignores a value that should be a map but is not; the schema reports it. */
function fill(raw: SettingsMap, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    raw[key] = value;
    return;
  }
  if (isUnset(raw[key])) raw[key] = {};
  const next = raw[key];
  if (isMap(next)) fill(next, rest, value);
}

function readConfigFile(path: string, readFile: ReadFile): SettingsMap {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    throw new ConfigError([`GATEWAY_CONFIG: cannot read ${path} (${errorCode(error)})`]);
  }
  const parsed = parseConfigFile(text);
  if (parsed.kind === 'problem') throw new ConfigError([`GATEWAY_CONFIG: ${path}: ${parsed.message}`]);
  return parsed.settings;
}

/** Drops the settings that are in `whole` but not in `own`. Settings in neither stay, to be reported. */
function withoutForeign(settings: SettingsMap, own: z.ZodObject, whole: z.ZodObject): SettingsMap {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const ownField: unknown = own.shape[key];
      const field: unknown = whole.shape[key];
      if (ownField === undefined && field !== undefined) return [];
      return [[key, withoutForeignBelow(value, ownField, field)]];
    }),
  );
}

function withoutForeignBelow(value: unknown, own: unknown, whole: unknown): unknown {
  if (!isMap(value) || own === whole) return value;
  if (own instanceof z.ZodObject && whole instanceof z.ZodObject) return withoutForeign(value, own, whole);
  if (!(own instanceof z.ZodRecord && whole instanceof z.ZodRecord)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      withoutForeignBelow(entry, own.valueType, whole.valueType),
    ]),
  );
}
