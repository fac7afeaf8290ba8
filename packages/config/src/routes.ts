import { z } from 'zod';
import { sender } from './provider-settings.ts';
import { isProviderName, PROVIDER_NAMES } from './providers.ts';
import type { Read } from './read-settings.ts';
import type { Review } from './review.ts';
import type { ProviderName, RouteConfig, RoutingConfig } from './schema.ts';
import type { WorkerSettings } from './settings.ts';
import { didYouMean } from './suggest.ts';

type RouteSettings = Read<WorkerSettings['routes'][string]>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What stands for a sender at some providers: a messaging service, profile or Powerpack that picks one. */
const SENDER_POOLS: Partial<Record<ProviderName, { form: RegExp; called: string }>> = {
  twilio: { form: /^MG[0-9a-fA-F]{32}$/, called: 'the SID of a messaging service (MG and 32 digits)' },
  telnyx: { form: UUID, called: 'the UUID of a messaging profile' },
  plivo: { form: UUID, called: 'the UUID of a Powerpack' },
  aws: { form: /^(pool-|phone-|sender-|arn:aws)/, called: 'the ID or ARN of a pool, number or sender ID' },
};

/** The routing rules in the order of the file, and where what no rule fits goes. */
export function routingConfig(
  { connections, routes, senderRules }: Read<Pick<WorkerSettings, 'connections' | 'routes' | 'senderRules'>>,
  defaultProviders: ProviderName[],
  review: Review,
): RoutingConfig {
  const rules = Object.entries(routes ?? {}).map(([name, route]) => routeConfig(name, route ?? {}, review));
  const catchAll = rules.find(({ match }) => Object.values(match).every((given) => given === undefined));
  const chosenByName = Object.values(connections ?? {}).map((connection) => connection?.route);
  for (const { name } of catchAll ? rules.slice(rules.indexOf(catchAll) + 1) : []) {
    if (chosenByName.includes(name)) continue;
    review.warning(['routes', name], `is never used: ${catchAll?.name} stands before it and fits everything`);
  }
  return {
    routes: rules,
    connectionRoutes: connectionRoutes(connections, Object.keys(routes ?? {}), review),
    defaultProviders,
    senderRules: Object.fromEntries(
      Object.entries(senderRules ?? {}).flatMap(([country, kinds]) => (kinds ? [[country, kinds]] : [])),
    ),
  };
}

function connectionRoutes(
  connections: Read<WorkerSettings['connections']> | undefined,
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

function routeConfig(name: string, settings: RouteSettings, review: Review): RouteConfig {
  const path = ['routes', name];
  const given = Object.entries(settings.providers ?? {});
  if (!review.isGiven([...path, 'providers'])) {
    review.problem(
      [...path, 'providers'],
      'not set; name the providers of this route, such as [twilio, vonage]',
    );
  }
  for (const [provider] of given) {
    if (isProviderName(provider)) continue;
    const hint = didYouMean(provider, PROVIDER_NAMES);
    review.problem([...path, 'providers'], `must name some of ${PROVIDER_NAMES.join(', ')}${hint}`);
  }
  const providers = given.flatMap(([provider, weight]) =>
    isProviderName(provider) ? [{ name: provider, weight }] : [],
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
      review,
    ),
  };
}

function sendersOf(
  path: string[],
  { senders }: RouteSettings,
  providers: ProviderName[],
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
      const pool = SENDER_POOLS[name];
      if (pool?.form.test(id)) continue;
      const checked = z.safeParse(sender, id);
      for (const { message } of checked.error?.issues ?? []) {
        const also = pool === undefined ? '' : `, or ${pool.called}`;
        review.problem([...path, provider, index], `${message}${also}`);
      }
    }
    if (ids !== undefined) chosen[name] = ids;
  }
  return chosen;
}
