import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

export type VariableValue =
  | { kind: 'unset' }
  | { kind: 'value'; value: string }
  /** `name` is the variable to correct. */
  | { kind: 'problem'; name: string; message: string };

export const readTextFile: ReadFile = (path) => readFileSync(path, 'utf8');

type Options = { env: Environment; readFile: ReadFile; name: string; orFile: boolean };

/**
 * The value of a variable without surrounding white space; an empty one counts as unset. With `orFile` the
 * file that `NAME_FILE` names may give it instead (Docker and Kubernetes secrets).
 */
export function readVariable({ env, readFile, name, orFile }: Options): VariableValue {
  const value = env[name]?.trim() ?? '';
  const fileName = `${name}_FILE`;
  const path = orFile ? (env[fileName]?.trim() ?? '') : '';
  if (path === '') return value === '' ? { kind: 'unset' } : { kind: 'value', value };
  if (value !== '') {
    return {
      kind: 'problem',
      name,
      message: `is also given as ${fileName}; remove one of them`,
    };
  }
  try {
    const content = readFile(path).trim();
    if (content === '') return { kind: 'problem', name: fileName, message: `${shownPath(path)} is empty` };
    if (isWrapped(content)) {
      return { kind: 'problem', name: fileName, message: `${shownPath(path)} ${WRAPPED}` };
    }
    return { kind: 'value', value: content };
  } catch (error) {
    return {
      kind: 'problem',
      name: fileName,
      message: `cannot read ${shownPath(path)} (${errorCode(error)})`,
    };
  }
}

/** For a secret with line breaks. It is not known whether Auth0 has the line breaks as well. */
export const WRAPPED =
  "has several lines; a secret has one (openssl wraps long output: openssl rand -base64 50 | tr -d '\\n')";

/** Whether a secret contains a line break. After the comma of a list it is harmless. */
export function isWrapped(secret: string): boolean {
  return /[\r\n]/.test(secret.replace(/\s*,\s*/g, ','));
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unreadable';
}

/** The operator may have given the secret itself instead of a path. */
function shownPath(path: string): string {
  return /^[./]/.test(path) ? path : 'the file (give a path that starts with / or ./)';
}
