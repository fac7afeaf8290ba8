import type { RoutingConfig } from './config.ts';
import { parseProviderName, providerPath } from './provider-declaration.ts';
import type {
  ProviderConfig,
  ProviderDeclaration,
  ProviderName,
  ProviderReview,
} from './provider-declaration.ts';
import type { ProviderParts } from './read-settings.ts';
import type { Review } from './review.ts';
import { didYouMean } from './suggest.ts';

type Kinds = readonly ProviderDeclaration[];

const ORDER = ['providers', 'order'];

/** The default failover order, as far as it can be read. */
export function providerOrder({ providers }: ProviderParts, kinds: Kinds, review: Review): ProviderName[] {
  if (!review.isGiven(ORDER)) {
    review.problem(
      ORDER,
      'not set; name the providers in failover order, such as twilio,http (console only prints, to try things out)',
    );
  }
  const order = providers?.order ?? [];
  for (const [index, name] of order.entries()) {
    if (parseProviderName(name, kinds) === undefined) {
      review.problem([...ORDER, index], `must be one of ${choiceOfProviders(name, kinds)}`);
    } else if (order.indexOf(name) !== index) {
      review.problem([...ORDER, index], `names ${name} twice`);
    }
  }
  return [...new Set(order)].filter((name) => parseProviderName(name, kinds) !== undefined);
}

/** All kinds, with a hint for a typo. */
export function choiceOfProviders(given: string, kinds: Kinds): string {
  const names = kinds.map(({ kind }) => kind);
  return `${names.join(', ')}${didYouMean(given, names)}`;
}

/** The configuration of every provider that is named, without those that have a problem. */
export function providerConfigs(
  { defaultProviders, routes }: Pick<RoutingConfig, 'defaultProviders' | 'routes'>,
  settings: ProviderParts,
  { kinds, review, isProduction }: { kinds: Kinds; review: Review; isProduction: boolean },
): ProviderConfig[] {
  const orders = [
    { path: ORDER, names: defaultProviders },
    ...routes.map(({ name: route, providers }) => ({
      path: ['routes', route, 'providers'],
      names: providers.map(({ name }) => name),
    })),
  ];
  const names = [...new Set(orders.flatMap((order) => order.names))];
  return names.flatMap((name) => {
    const kind = parseProviderName(name, kinds)?.kind;
    if (kind === undefined) return [];
    if (isProduction && kind.notInProduction !== undefined) {
      for (const { path } of orders.filter((order) => order.names.includes(name))) {
        review.problem(
          path,
          `must not name ${name} where NODE_ENV is production: ${kind.notInProduction}; remove it, or unset NODE_ENV`,
        );
      }
      return [];
    }
    const options = kind.configure(settings.providers?.[name] ?? {}, reviewOf(name, review));
    return options === undefined ? [] : [{ name, kind: kind.kind, options }];
  });
}

function reviewOf(name: ProviderName, review: Review): ProviderReview {
  const at = (key: PropertyKey) => [...providerPath(name), key];
  return {
    require: (key, why) => {
      if (!review.isGiven(at(key))) review.problem(at(key), `not set; ${why}`);
    },
    problem: (key, message) => review.problem(at(key), message),
    warning: (key, message) => review.warning(at(key), message),
    isGiven: (key) => review.isGiven(at(key)),
    label: (key) => review.label(at(key)),
  };
}

/** Messages per second, for the providers with a limit. */
export function rateLimits({ providers }: ProviderParts): Record<ProviderName, number> {
  return Object.fromEntries(
    sectionsOf(providers).flatMap(([name, section]) => {
      const limit = Object.entries(section).find(([key]) => key === 'rateLimit')?.[1];
      return typeof limit === 'number' ? [[name, limit]] : [];
    }),
  );
}

/** Each provider's own sender, if it has one. */
export function defaultSenders({ providers }: ProviderParts, kinds: Kinds): Record<ProviderName, string> {
  return Object.fromEntries(
    sectionsOf(providers).flatMap(([name, section]) => {
      const keys = parseProviderName(name, kinds)?.kind.senderSettings ?? [];
      const senders = new Map<string, unknown>(Object.entries(section));
      const sender = keys.map((key) => senders.get(key)).find((given) => typeof given === 'string');
      return sender === undefined ? [] : [[name, sender]];
    }),
  );
}

function sectionsOf({
  order: _order,
  ...providers
}: ProviderParts['providers'] = {}): [ProviderName, object][] {
  return Object.entries(providers).flatMap(([name, section]) =>
    section === undefined ? [] : [[name, section]],
  );
}
