import { isMap, UNREADABLE } from './config-file.ts';
import type { Path, SettingsMap } from './config-file.ts';
import type { Variable } from './setting.ts';

/** Collects problems and warnings, each with the name under which the operator set the setting. */
export type Review = {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  problem(path: Path, message: string): void;
  warning(path: Path, message: string): void;
  /** A warning about more than one setting. */
  note(warning: string): void;
  /** Whether the setting was given, valid or not. */
  isGiven(path: Path): boolean;
  label(path: Path): string;
};

type Options = {
  raw: SettingsMap;
  /** Every variable that could fill a setting. */
  variables: readonly Variable[];
  /** Which variable filled a setting, by its dotted path. */
  origins: ReadonlyMap<string, string>;
  /** Found while the sources were read. */
  problems: readonly string[];
};

export function createReview({ raw, variables, origins, problems: found }: Options): Review {
  const problems = new Set(found);
  const warnings = new Set<string>();

  function isGiven(path: Path): boolean {
    return !isUnset(valueAt(raw, path));
  }

  function label(path: Path): string {
    const named = path.filter((key) => typeof key === 'string');
    const dotted = named.join('.');
    const origin = origins.get(dotted);
    if (origin !== undefined || isGiven(named)) return origin ?? dotted;
    return variables.find((variable) => variable.path.join('.') === dotted)?.env ?? dotted;
  }

  function sentence(path: Path, message: string): string {
    const index = path.findLast((key) => typeof key === 'number');
    return `${label(path)}: ${index === undefined ? '' : `entry ${index + 1} `}${message}`;
  }

  return {
    get problems() {
      return [...problems];
    },
    get warnings() {
      return [...warnings];
    },
    problem: (path, message) => void problems.add(sentence(path, message)),
    warning: (path, message) => void warnings.add(sentence(path, message)),
    note: (warning) => void warnings.add(warning),
    isGiven,
    label,
  };
}

/** An empty text counts as unset, in the file as in the environment. */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (isMap(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined),
    raw,
  );
}

export function isUnreadable(value: unknown): boolean {
  return value === UNREADABLE || (Array.isArray(value) && value.includes(UNREADABLE));
}
