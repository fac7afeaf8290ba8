import { z } from 'zod';
import { isMap } from './config-file.ts';
import type { Path } from './config-file.ts';
import { isUnreadable, isUnset } from './review.ts';
import type { Review } from './review.ts';
import type { Read } from './setting.ts';
import type { Settings } from './settings.ts';
import { didYouMean } from './suggest.ts';

/** The settings of the providers, each in the form that its kind declares. Any of them may be missing. */
export type ProviderParts = { providers?: { order?: string[] } & Record<string, object | undefined> };

/** Reads each setting separately, so that one bad value does not hide other problems. */
export function readSettings(
  schema: z.ZodObject,
  raw: unknown,
  review: Review,
): Read<Settings> & ProviderParts {
  // readValue follows the schema, which is a part of the schema of all settings, so its result has this form, with gaps.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return readValue(schema, raw, [], review) as Read<Settings> & ProviderParts;
}

function readValue(schema: z.core.$ZodType, raw: unknown, path: Path, review: Review): unknown {
  if (isUnset(raw) || isUnreadable(raw)) return undefined;
  if (schema instanceof z.ZodObject) return readObject(schema, raw, path, review);
  if (schema instanceof z.ZodRecord) return readRecord(schema, raw, path, review);

  const result = z.safeParse(schema, raw);
  if (result.success) return result.data;
  for (const issue of result.error.issues) review.problem([...path, ...issue.path], issue.message);
  return undefined;
}

function readObject(schema: z.ZodObject, raw: unknown, path: Path, review: Review): unknown {
  if (!isMap(raw)) return notAMap(path, review);
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(raw).filter((name) => !known.includes(name))) {
    review.problem([...path, key], `no such setting${didYouMean(key, known)}`);
  }
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => [
      key,
      readValue(field, Object.hasOwn(raw, key) ? raw[key] : undefined, [...path, key], review),
    ]),
  );
}

function readRecord(schema: z.ZodRecord, raw: unknown, path: Path, review: Review): unknown {
  if (!isMap(raw)) return notAMap(path, review);
  const entries = Object.entries(raw).filter(([name]) => {
    const key = z.safeParse(schema.keyType, name);
    for (const issue of key.error?.issues ?? []) review.problem([...path, name], issue.message);
    return key.success;
  });
  return Object.fromEntries(
    entries.map(([name, value]) => [name, readValue(schema.valueType, value ?? {}, [...path, name], review)]),
  );
}

function notAMap(path: Path, review: Review): undefined {
  review.problem(path, 'must be a map of settings (name: value)');
}
