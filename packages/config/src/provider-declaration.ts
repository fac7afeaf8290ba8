import type { z } from 'zod';
import type { Read } from './setting.ts';
import type { Path } from './config-file.ts';

/** What reports problems of one provider's settings, each by the key of the setting. */
export type ProviderReview<Key extends PropertyKey = PropertyKey> = {
  /** Reports a setting that was not given at all; one given badly is reported already. */
  require(key: Key, why: string): void;
  problem(key: Key, message: string): void;
  warning(key: Key, message: string): void;
  /** Whether the setting was given at all, well or badly. */
  isGiven(key: Key): boolean;
  /** The variable or path by which the operator knows the setting. */
  label(key: Key): string;
};

/** What stands for a sender at some providers and picks one: a messaging service, profile, Powerpack or pool. */
export type SenderPool = { form: RegExp; called: string };

/**
 * What the configuration has to know of a kind of provider. The parameters are the shape of its settings, what its
 * adapter is made of, and what reads its delivery receipts. Methods, so that declarations of all kinds fit one list.
 */
export interface ProviderDeclaration<
  Shape extends z.ZodRawShape = z.ZodRawShape,
  Options extends object = object,
  ReceiptOptions extends object = object,
> {
  /** Its name in `PROVIDERS`, and its key below `providers` in the YAML file. */
  readonly kind: string;
  /** The beginning of all its variables, after which an instance's name stands: `SMPP` of `SMPP_URL`. */
  readonly envPrefix?: string;
  /** A setting each; `settingsIn(kind, ['worker'])` declares them. */
  readonly settings: Shape;
  /** Settings that hold a sender, in order of preference. Without secrets: they explain a route. */
  readonly senderSettings?: readonly (keyof Shape & string)[];
  readonly senderPool?: SenderPool;
  /** Why it must not be used where NODE_ENV is production. */
  readonly notInProduction?: string;
  /** Makes the adapter's options of the settings; undefined where a problem was reported. */
  configure(
    settings: Read<z.output<z.ZodObject<Shape>>>,
    review: ProviderReview<keyof Shape & string>,
  ): Options | undefined;
  /** What is wrong with a field of a registration (`parameters`), to be read after its path; undefined if nothing is. */
  parameterProblem?(name: string, value: unknown): string | undefined;
  /** The options, safe to log: no secret, no sender. */
  describe(options: Options): Record<string, unknown>;
  /** Absent where its delivery receipts do not come by HTTP. */
  readonly receipts?: {
    /** The setting that verifies their signature; absent where only the reference in their URL can prove them. */
    readonly proof?: keyof Shape & string;
    /** What reads them, of the settings that the ingress reads; undefined where that is too little to verify them. */
    configure(settings: Read<z.output<z.ZodObject<Shape>>>): ReceiptOptions | undefined;
  };
}

/** `twilio`, or `twilio:eu` for an instance of its own named `eu`. */
export type ProviderName = string;

/** One provider in use, with the options of its kind. */
export type ProviderConfig = { name: ProviderName; kind: string; options: object };

/** What reads the delivery receipts of one provider; `proof` is what shows that they are genuine. */
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
  // What has no settings has nothing that a second one could do otherwise.
  if (kind === undefined || (instance !== undefined && Object.keys(kind.settings).length === 0)) {
    return undefined;
  }
  return { kind, instance };
}

/** Where the settings of a provider stand. */
export function providerPath(name: ProviderName): Path {
  return ['providers', name];
}
