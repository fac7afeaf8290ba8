import { z } from 'zod';
import { isMap } from './config-file.ts';
import type { Path } from './config-file.ts';
import { isUnreadable, isUnset } from './review.ts';
import type { Review } from './review.ts';
import { didYouMean } from './suggest.ts';

/** Settings of which any may be missing: not given, or given badly and reported. */
export type Read<T> = T extends readonly unknown[] | Uint8Array
  ? T
  : T extends object
    ? { [Key in keyof T]?: Read<T[Key]> | undefined }
    : T;

/**
 * Reads every setting of the schema by itself, so that one bad value hides no other problem, which parsing
 * the whole at once would do.
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  raw: unknown,
  review: Review,
): Read<z.output<Schema>> {
  // The walk below follows the schema, so what it returns has the schema's form, with holes.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return readValue(schema, raw, [], review) as Read<z.output<Schema>>;
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
