import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { errorCode, readVariable } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';

export type Path = readonly PropertyKey[];
export type SettingsMap = Record<string, unknown>;

/** Stands for a value that was given but cannot be read. The problem is reported already. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

export function isMap(value: unknown): value is SettingsMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REFERENCE = /\$\$\{|\$\{(?:file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?)\}|\$\{/g;

/** Parses the text of the YAML file. A problem gives line and column, never the content. */
export function parseConfigFile(
  text: string,
): { kind: 'settings'; settings: SettingsMap } | { kind: 'problem'; message: string } {
  const lineCounter = new LineCounter();
  const document = parseDocument(shield(text), { prettyErrors: false, lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const reason = error.code.toLowerCase().replaceAll('_', ' ');
    return { kind: 'problem', message: `not valid YAML: ${reason} at line ${line}, column ${col}` };
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    return { kind: 'problem', message: 'not valid YAML: an alias cannot be resolved' };
  }
  // The file is probably half written. Without settings, everything they restrict would be open.
  if (content === null) return { kind: 'problem', message: 'is empty; unset GATEWAY_CONFIG to use no file' };
  if (!isMap(content)) return { kind: 'problem', message: 'must contain a map of settings (name: value)' };
  return { kind: 'settings', settings: content };
}

// Braces have a meaning in YAML inside [ ] and { }. While the file is parsed, private-use characters replace those of
// references, so that `secrets: [${SECRET}]` is read as intended.
const [OPEN, CLOSE] = ['\ue000\ue001', '\ue002'];

function shield(text: string): string {
  return text.replaceAll(REFERENCE, (reference, path?: string, name?: string) =>
    path === undefined && name === undefined ? reference : `${OPEN}${reference.slice(2, -1)}${CLOSE}`,
  );
}

function unshield(text: string): string {
  return text.replaceAll(OPEN, '${').replaceAll(CLOSE, '}');
}

type Interpolation = {
  /** Path of the YAML file. Relative paths in `${file:PATH}` start in its folder. */
  file: string;
  env: Environment;
  readFile: ReadFile;
  report: (path: Path, message: string) => void;
};

/**
 * Replaces `${NAME}`, `${NAME:-default}` and `${file:PATH}` in every text below; `$${` stands for a plain `${`. This
 * happens after parsing, so that no value of a variable can change the structure of the file.
 */
export function interpolateMap(settings: SettingsMap, path: Path, options: Interpolation): SettingsMap {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, interpolate(value, [...path, key], options)]),
  );
}

function interpolate(value: unknown, path: Path, options: Interpolation): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) => {
      const result = interpolate(entry, [...path, index], options);
      return isOnlyVariable(entry) && typeof result === 'string' ? result.split(',') : [result];
    });
  }
  if (isMap(value)) return interpolateMap(value, path, options);
  return typeof value === 'string' ? interpolateText(value, path, options) : value;
}

/** An entry that is only a variable may add several entries, if its value contains commas. */
function isOnlyVariable(entry: unknown): boolean {
  return (
    typeof entry === 'string' && /^\s*\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}\s*$/.test(unshield(entry))
  );
}

function interpolateText(text: string, path: Path, { file, env, readFile, report }: Interpolation): unknown {
  let isComplete = true;
  const fail = (message: string) => {
    isComplete = false;
    report(path, message);
    return '';
  };
  const fromFile = (given: string) => {
    try {
      const content = readFile(resolve(dirname(file), given)).trim();
      return content === '' ? fail(`${given} is empty`) : content;
    } catch (error) {
      return fail(`cannot read ${given} (${errorCode(error)})`);
    }
  };
  const replace = (reference: string, secretFile?: string, name?: string, fallback?: string) => {
    if (reference === '$${') return '${';
    if (secretFile !== undefined) return fromFile(secretFile.trim());
    if (name === undefined) {
      return fail('${ must begin ${NAME}, ${NAME:-default} or ${file:PATH}; write $${ for a plain ${');
    }
    const found = readVariable({ env, readFile, name, orFile: true });
    if (found.kind === 'value') return found.value;
    if (found.kind === 'problem') return fail(`${found.name}: ${found.message}`);
    return fallback ?? fail(`the variable ${name} is not set; set it, or write \${${name}:-default}`);
  };
  const result = unshield(text).replaceAll(REFERENCE, replace);
  return isComplete ? result : UNREADABLE;
}
