import { z } from 'zod';

/** The processes that read settings. */
export type Service = 'ingress' | 'worker' | 'console';

/** Everything there is to know about a setting, except its place in the YAML form and its schema. */
export type SettingDeclaration = {
  /** Heading under which the documentation and `.env.example` list it. */
  section: string;
  /** Environment variable that fills it; none for a setting of the YAML file alone. */
  env?: string;
  services: readonly Service[];
  /** Also read from the file that `NAME_FILE` names, and never shown. */
  secret?: true;
  /** Written as in the environment; by service where their defaults differ. */
  default?: string | Readonly<Partial<Record<Service, string>>>;
  /** One sentence without a full stop. */
  doc: string;
  /** Value that `.env.example` shows in a comment. */
  example?: string;
  /** Value that `.env.example` sets for containers, where the default would not do. */
  inContainers?: string;
  /** Marks the variable in `.env.example` as one to fill in: what to write, and how to get it. */
  fillIn?: string;
};

/** Settings any of which may be missing: not given, or invalid and reported. */
export type Read<T> = T extends readonly unknown[] | Uint8Array
  ? T
  : T extends object
    ? { [Key in keyof T]?: Read<T[Key]> | undefined }
    : T;

const declarations = z.registry<SettingDeclaration>();

type Options<Schema extends z.ZodType> = Omit<SettingDeclaration, 'section' | 'services'> & {
  services?: readonly Service[];
  schema: Schema;
};

/**
 * Makes the function that declares the settings of one section. A setting is declared once, with its schema. The place of
 * the schema is its path in the YAML file; the declaration has the rest.
 */
export function settingsIn(section: string, services: readonly Service[]) {
  return <Schema extends z.ZodType>({ schema, ...declaration }: Options<Schema>): Schema => {
    // A copy, because settings share schemas such as `text`.
    const own = schema.clone();
    declarations.add<z.ZodType>(own, { section, services, ...declaration });
    return own;
  };
}

/** The declaration of a schema; undefined for a schema that only groups settings. */
export function declarationOf(schema: z.core.$ZodType): SettingDeclaration | undefined {
  return declarations.get(schema);
}

/** A setting and its place in the YAML form. */
export type Setting = SettingDeclaration & { path: readonly string[] };

/** A setting with an environment variable. */
export type Variable = Setting & { env: string };

/** Name of the connection whose settings come from environment variables. */
export const DEFAULT_CONNECTION = 'default';

/** Every setting of a schema, in the order of declaration. */
export function settingsOf(schema: z.core.$ZodType, path: readonly string[] = []): Setting[] {
  const declaration = declarationOf(schema);
  if (declaration !== undefined) return [{ ...declaration, path }];
  if (schema instanceof z.ZodRecord) return settingsOf(schema.valueType, [...path, DEFAULT_CONNECTION]);
  if (schema instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, field]) =>
      settingsOf(field, [...path, key]),
    );
  }
  throw new Error(`${path.join('.')} is not declared as a setting`);
}

export function isVariable(setting: Setting): setting is Variable {
  return setting.env !== undefined;
}

/** The part of a schema whose settings are kept; undefined if none is. */
export function pickSettings(
  schema: z.core.$ZodType,
  keep: (setting: Setting) => boolean,
  path: readonly string[] = [],
): z.core.$ZodType | undefined {
  const declaration = declarationOf(schema);
  if (declaration !== undefined) return keep({ ...declaration, path }) ? schema : undefined;
  if (schema instanceof z.ZodRecord) {
    const valueType = pickSettings(schema.valueType, keep, [...path, DEFAULT_CONNECTION]);
    return valueType && z.record(schema.keyType, valueType);
  }
  if (!(schema instanceof z.ZodObject)) throw new Error(`${path.join('.')} is not declared as a setting`);
  return pickFields(schema, keep, path);
}

/** Like `pickSettings`, for a map of settings; empty if none is kept. */
export function pickFields(
  schema: z.ZodObject,
  keep: (setting: Setting) => boolean,
  path: readonly string[] = [],
): z.ZodObject | undefined {
  const fields = Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, field]) => {
    const kept = pickSettings(field, keep, [...path, key]);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return fields.length === 0 ? undefined : z.strictObject(Object.fromEntries(fields));
}
