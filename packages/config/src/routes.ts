import { z } from 'zod';
import type { RouteConfig, RoutingConfig } from './config.ts';
import { senderId } from './fields.ts';
import { parseProviderName } from './provider-declaration.ts';
import type { ProviderDeclaration, ProviderName } from './provider-declaration.ts';
import { choiceOfProviders } from './providers.ts';
import { registrationConfigs } from './registrations.ts';
import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { Settings } from './settings.ts';
import { didYouMean } from './suggest.ts';

type RouteSettings = Read<Settings['routes'][string]>;
type Kinds = readonly ProviderDeclaration[];

/** The routing rules in the order of the file, and the fallback for messages that match none. */
export function routingConfig(
  settings: Read<Settings>,
  defaultProviders: ProviderName[],
  kinds: Kinds,
  review: Review,
): RoutingConfig {
  const { connections, routes, senderRules } = settings;
  const rules = Object.entries(routes ?? {}).map(([name, route]) =>
    routeConfig(name, route ?? {}, kinds, review),
  );
  const catchAll = rules.find(({ match }) => Object.values(match).every((given) => given === undefined));
  const chosenByName = Object.values(connections ?? {}).map((connection) => connection?.route);
  for (const { name } of catchAll ? rules.slice(rules.indexOf(catchAll) + 1) : []) {
    if (chosenByName.includes(name)) continue;
    review.warning(
      ['routes', name],
      `is never used: ${catchAll?.name} comes before it and matches everything`,
    );
  }
  return {
    routes: rules,
    connectionRoutes: connectionRoutes(connections, Object.keys(routes ?? {}), review),
    defaultProviders,
    senderRules: Object.fromEntries(
      Object.entries(senderRules ?? {}).flatMap(([country, taken]) => (taken ? [[country, taken]] : [])),
    ),
    registrations: registrationConfigs(settings, kinds, review),
  };
}

function connectionRoutes(
  connections: Read<Settings['connections']> | undefined,
  names: string[],
  review: Review,
): RoutingConfig['connectionRoutes'] {
  const chosen: RoutingConfig['connectionRoutes'] = {};
  for (const [connection, settings] of Object.entries(connections ?? {})) {
    const route = settings?.route;
    if (route === undefined) continue;
    chosen[connection] = route;
    if (names.includes(route)) continue;
    const hint = didYouMean(route, names) || `; name one of ${names.join(', ') || 'those under routes'}`;
    review.problem(['connections', connection, 'route'], `there is no such route${hint}`);
  }
  return chosen;
}

function routeConfig(name: string, settings: RouteSettings, kinds: Kinds, review: Review): RouteConfig {
  const path = ['routes', name];
  const given = Object.entries(settings.providers ?? {});
  if (!review.isGiven([...path, 'providers'])) {
    review.problem(
      [...path, 'providers'],
      'not set; name the providers of this route, such as [twilio, vonage]',
    );
  }
  for (const [provider] of given) {
    if (parseProviderName(provider, kinds) !== undefined) continue;
    review.problem([...path, 'providers'], `must name some of ${choiceOfProviders(provider, kinds)}`);
  }
  const providers = given.flatMap(([provider, weight]) =>
    parseProviderName(provider, kinds) === undefined ? [] : [{ name: provider, weight }],
  );
  return {
    name,
    match: {
      countries: settings.countries,
      prefixes: settings.prefixes,
      connections: settings.connections,
      messageTypes: settings.messageTypes,
    },
    providers,
    senders: sendersOf(
      [...path, 'senders'],
      settings,
      providers.map((provider) => provider.name),
      kinds,
      review,
    ),
  };
}

function sendersOf(
  path: string[],
  { senders }: RouteSettings,
  providers: ProviderName[],
  kinds: Kinds,
  review: Review,
): RouteConfig['senders'] {
  const chosen: RouteConfig['senders'] = {};
  for (const [provider, ids] of Object.entries(senders ?? {})) {
    const name = providers.find((known) => known === provider);
    if (name === undefined) {
      review.problem([...path, provider], 'is not among the providers of this route');
      continue;
    }
    for (const [index, id] of (ids ?? []).entries()) {
      const pool = parseProviderName(name, kinds)?.kind.senderPool;
      if (pool?.form.test(id)) continue;
      const checked = z.safeParse(senderId, id);
      for (const { message } of checked.error?.issues ?? []) {
        const also = pool === undefined ? '' : `, or ${pool.called}`;
        review.problem([...path, provider, index], `${message}${also}`);
      }
    }
    if (ids !== undefined) chosen[name] = ids;
  }
  return chosen;
}
