import type { z } from 'zod';
import type { Read } from './setting.ts';
import type { Path } from './config-file.ts';

/** What reports problems of one provider's settings, each by the key of the setting. */
export type ProviderReview<Key extends PropertyKey = PropertyKey> = {
  /** Reports a setting that was not given. An invalid one is already reported. */
  require(key: Key, why: string): void;
  problem(key: Key, message: string): void;
  warning(key: Key, message: string): void;
  /** Whether the setting was given, valid or not. */
  isGiven(key: Key): boolean;
  /** The variable or path under which the operator set it. */
  label(key: Key): string;
};

/** What some providers take instead of a sender, and choose one from: a messaging service, profile, Powerpack or pool. */
export type SenderPool = { form: RegExp; called: string };

/**
 * What the configuration must know about a kind of provider. The type parameters are the shape of its settings, the options
 * of its adapter, and those for its delivery receipts. They are used in methods, so that declarations of all kinds fit one
 * list.
 */
export interface ProviderDeclaration<
  Shape extends z.ZodRawShape = z.ZodRawShape,
  Options extends object = object,
  ReceiptOptions extends object = object,
> {
  /** Its name in `PROVIDERS`, and its key below `providers` in the YAML file. */
  readonly kind: string;
  /** The prefix of all its variables, such as `SMPP` of `SMPP_URL`; an instance's name follows it. */
  readonly envPrefix?: string;
  /** Its settings, declared with `settingsIn(kind, ['worker'])`. */
  readonly settings: Shape;
  /** Settings that contain a sender, in order of preference. They must not be secret, because they explain a route. */
  readonly senderSettings?: readonly (keyof Shape & string)[];
  readonly senderPool?: SenderPool;
  /** Why it must not be used in production (NODE_ENV). */
  readonly notInProduction?: string;
  /** The adapter's options for these settings; undefined if a problem was reported. */
  configure(
    settings: Read<z.output<z.ZodObject<Shape>>>,
    review: ProviderReview<keyof Shape & string>,
  ): Options | undefined;
  /** What is wrong with a field of a registration (`parameters`), to be read after its path; undefined if nothing is. */
  parameterProblem?(name: string, value: unknown): string | undefined;
  /** The options, safe to log: no secret, no sender. */
  describe(options: Options): Record<string, unknown>;
  /** Absent if its delivery receipts do not arrive by HTTP. */
  readonly receipts?: {
    /** The setting that verifies their signature; absent if only the reference in their URL can prove them. */
    readonly proof?: keyof Shape & string;
    /** The options for reading them, from the ingress's settings; undefined if they could not be verified. */
    configure(settings: Read<z.output<z.ZodObject<Shape>>>): ReceiptOptions | undefined;
  };
}

/** `twilio`, or `twilio:eu` for a further instance named `eu`. */
export type ProviderName = string;

/** One provider in use, with the options of its kind. */
export type ProviderConfig = { name: ProviderName; kind: string; options: object };

/** Settings for reading the delivery receipts of one provider; `proof` is how they are verified. */
export type ReceiptConfig = {
  name: ProviderName;
  kind: string;
  proof: 'signature' | 'reference';
  options: object;
};

const INSTANCE = /^([a-z]+):([A-Za-z][A-Za-z0-9_-]{0,31})$/;

export type ParsedProviderName = { kind: ProviderDeclaration; instance: string | undefined };

/** The kind and instance that a name stands for; undefined if there is no such provider. */
export function parseProviderName(
  name: string,
  kinds: readonly ProviderDeclaration[],
): ParsedProviderName | undefined {
  const [, named = name, instance] = INSTANCE.exec(name) ?? [];
  const kind = kinds.find((one) => one.kind === named);
  // Without settings, a second instance could not differ.
  if (kind === undefined || (instance !== undefined && Object.keys(kind.settings).length === 0)) {
    return undefined;
  }
  return { kind, instance };
}

/** The path of a provider's settings. */
export function providerPath(name: ProviderName): Path {
  return ['providers', name];
}
