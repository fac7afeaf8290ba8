import { z } from 'zod';
import { interpolateMap, isMap, parseConfigFile, UNREADABLE } from './config-file.ts';
import type { Path, SettingsMap } from './config-file.ts';
import { ConfigError } from './config-error.ts';
import { errorCode, readVariable } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';
import { isUnset, valueAt } from './review.ts';
import { VARIABLES } from './variables.ts';
import type { Service, Variable } from './variables.ts';

/** The settings as written, before any is checked. */
export type Sources = {
  raw: SettingsMap;
  /** Which variable filled a setting, by its dotted path. */
  origins: ReadonlyMap<string, string>;
  problems: readonly string[];
};

type Options = {
  env: Environment;
  readFile: ReadFile;
  service: Service;
  /** What is read here, and what others read: one file may serve all. */
  schema: z.ZodObject;
  otherSchemas: z.ZodObject[];
};

/**
 * Brings file and environment into one form: the file wins, the environment fills what it leaves out.
 * Throws `ConfigError` for a file that cannot be read, since nothing can be said about the rest then.
 */
export function readSources({ env, readFile, service, schema, otherSchemas }: Options): Sources {
  const problems: string[] = [];
  const origins = new Map<string, string>();
  const raw = readConfigFile({ env, readFile, schema, otherSchemas, problems });

  const definesConnections = isMap(raw.connections) && Object.keys(raw.connections).length > 0;
  const definesDefault = !isUnset(valueAt(raw, ['connections', 'default']));
  const ownVariables = VARIABLES.filter(
    ({ services, path }) => services.includes(service) && (path === undefined || knows(schema, path)),
  );
  const isDefaultWanted =
    !definesConnections ||
    definesDefault ||
    !isUnset(env.AUTH0_SECRET?.trim()) ||
    !isUnset(env.AUTH0_SECRET_FILE?.trim());

  for (const variable of ownVariables) {
    const { name, path, secret } = variable;
    if (path === undefined || (path[0] === 'connections' && !isDefaultWanted)) continue;
    if (!isUnset(valueAt(raw, path))) continue;
    const found = readVariable({ env, readFile, name, orFile: secret === true });
    if (found.kind === 'problem') problems.push(`${found.name}: ${found.message}`);
    const value =
      found.kind === 'value'
        ? found.value
        : found.kind === 'problem'
          ? UNREADABLE
          : defaultOf(variable, service);
    if (value !== undefined) fill(raw, path, value);
    if (found.kind !== 'unset') origins.set(path.join('.'), name);
  }
  return { raw, origins, problems };
}

function defaultOf(variable: Variable, service: Service): string | undefined {
  return typeof variable.default === 'object' ? variable.default[service] : variable.default;
}

/** Leaves alone what is not a map where one belongs; the schema reports it. */
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

type FileOptions = Omit<Options, 'service'> & { problems: string[] };

function readConfigFile({ env, readFile, schema, otherSchemas, problems }: FileOptions): SettingsMap {
  const path = env.GATEWAY_CONFIG?.trim() ?? '';
  if (path === '') return {};
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    throw new ConfigError([`GATEWAY_CONFIG: cannot read ${path} (${errorCode(error)})`]);
  }
  const parsed = parseConfigFile(text);
  if (parsed.kind === 'problem') throw new ConfigError([`GATEWAY_CONFIG: ${path}: ${parsed.message}`]);
  const report = (at: Path, message: string) =>
    problems.push(`${at.filter((key) => typeof key === 'string').join('.')}: ${message}`);
  const own = withoutForeign(parsed.settings, schema, otherSchemas);
  return interpolateMap(own, [], { file: path, env, readFile, report });
}

function knows(schema: z.ZodType, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined || !(schema instanceof z.ZodObject)) return true;
  const field: unknown = schema.shape[key];
  return field instanceof z.ZodType && knows(field, rest);
}

/** Leaves out what only others know, before its variables are looked for. */
function withoutForeign(settings: SettingsMap, own: z.ZodObject, others: z.ZodObject[]): SettingsMap {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const ownField: unknown = own.shape[key];
      const otherFields = others.map((other): unknown => other.shape[key]);
      if (ownField === undefined && otherFields.some((field) => field !== undefined)) return [];
      return [[key, withoutForeignBelow(value, ownField, otherFields)]];
    }),
  );
}

function withoutForeignBelow(value: unknown, own: unknown, others: unknown[]): unknown {
  if (!isMap(value)) return value;
  if (own instanceof z.ZodObject) {
    return withoutForeign(
      value,
      own,
      others.filter((other) => other instanceof z.ZodObject),
    );
  }
  if (!(own instanceof z.ZodRecord)) return value;
  const entryTypes = others.flatMap((other) => (other instanceof z.ZodRecord ? [other.valueType] : []));
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      withoutForeignBelow(entry, own.valueType, entryTypes),
    ]),
  );
}
