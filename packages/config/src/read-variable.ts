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
      message: `given twice, as ${name} and as ${fileName}; remove one of them`,
    };
  }
  try {
    const content = readFile(path).trim();
    return content === ''
      ? { kind: 'problem', name: fileName, message: `${shownPath(path)} is empty` }
      : { kind: 'value', value: content };
  } catch (error) {
    return {
      kind: 'problem',
      name: fileName,
      message: `cannot read ${shownPath(path)} (${errorCode(error)})`,
    };
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unreadable';
}

/** Somebody may have given the secret itself where its path belongs. */
function shownPath(path: string): string {
  return /^[./]/.test(path) ? path : 'the file (give a path that starts with / or ./)';
}
