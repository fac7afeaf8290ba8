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
  /** Top-level settings of the file that only the other service reads: one file may serve both. */
  ignored: readonly string[];
};

/**
 * Brings file and environment into one form: the file wins, the environment fills what it leaves out.
 * Throws `ConfigError` for a file that cannot be read, since nothing can be said about the rest then.
 */
export function readSources({ env, readFile, service, ignored }: Options): Sources {
  const problems: string[] = [];
  const origins = new Map<string, string>();
  const raw = readConfigFile({ env, readFile, ignored, problems });

  const definesConnections = isMap(raw.connections) && Object.keys(raw.connections).length > 0;
  const definesDefault = !isUnset(valueAt(raw, ['connections', 'default']));
  const ownVariables = VARIABLES.filter(({ services }) => services.includes(service));
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

function readConfigFile({ env, readFile, ignored, problems }: FileOptions): SettingsMap {
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
  const own = Object.entries(parsed.settings).filter(([key]) => !ignored.includes(key));
  return interpolateMap(Object.fromEntries(own), [], { env, readFile, report });
}
