import { countriesOf, type Registration } from '@sms-gateway/contract';
import type { ProviderName, RouteConfig, RouteMatch, RoutingConfig, SenderKind } from '@sms-gateway/config';
import { drawOrder } from './draw-order.ts';
import { firstUnmet } from './first-unmet.ts';
import { chooseRegistration } from './registration.ts';
import type { RoutedMessage } from './routed-message.ts';
import { senderKind } from './sender-kind.ts';
import { SENDER_RULES } from './sender-rules.ts';

export type PlannedProvider = {
  name: ProviderName;
  /** Undefined for the provider's own configured sender. */
  sender: string | undefined;
  /** What the operators of the country require with the message; undefined if nothing is registered. */
  registration?: Registration | undefined;
};

export type RoutePlan = {
  /** Name of the rule, or `default`. */
  route: string;
  /** In order of preference. */
  providers: PlannedProvider[];
  /** The country has registered templates, but the text matches none. */
  isTemplateMissing?: boolean;
};

/** A sender and its kind. */
export type KnownSender = { id: string; kind: SenderKind };

/** The result for one provider of the rule. */
export type ConsideredProvider = {
  name: ProviderName;
  /** Whether it is in the plan. */
  isUsed: boolean;
  /** The sender that it uses or would use; undefined if it is the provider's own and not known here. */
  sender: KnownSender | undefined;
  /** Whether the sender comes from the rule, or is the provider's own. */
  senderFrom: 'rule' | 'provider';
  /** Whether the country accepts this kind of sender. An unknown kind counts as accepted. */
  isTaken: boolean;
  /** Senders of the rule that come before it, but whose kind the country does not accept. */
  untaken: KnownSender[];
};

/** A plan and its reasons, for people. */
export type RouteExplanation = {
  plan: RoutePlan;
  /** The countries whose rules apply to the number, from `countriesOf`. */
  countries: string[];
  /** The rules that do not match, each with its first unmet condition. */
  passedRules: { name: string; unmet: keyof RouteMatch }[];
  /** The chance of each provider to be first, in percent; undefined if the order is fixed. */
  chances: { name: ProviderName; percent: number }[] | undefined;
  /** All providers of the rule, in the order of this message. */
  considered: ConsideredProvider[];
  /** Providers for which the country accepts none of the rule's senders. They are skipped if another one is left. */
  withoutSender: ProviderName[];
  /** Kinds of sender that the country's carriers accept, with the source; undefined if all are accepted. */
  senderKinds: { kinds: SenderKind[]; source: string } | undefined;
};

export type Router = {
  /** The providers for a message. Pure: always the same for the same message. */
  plan(message: RoutedMessage): RoutePlan;
  /** `defaultSenders` are the providers' own senders, which do not affect the choice. */
  explain(message: RoutedMessage, defaultSenders?: Partial<Record<ProviderName, string>>): RouteExplanation;
};

/**
 * Chooses the rule that the connection names if it matches, or the first one that matches, or the default order. For each
 * provider it uses the first sender whose kind the country's carriers accept. A provider without such a sender is skipped,
 * because the code would be lost, unless no other one is left: then its own sender is used.
 */
export function createRouter({
  routes,
  connectionRoutes,
  defaultProviders,
  senderRules,
  registrations,
}: RoutingConfig): Router {
  const fallback: RouteConfig = {
    name: 'default',
    match: { countries: undefined, prefixes: undefined, connections: undefined, messageTypes: undefined },
    providers: defaultProviders.map((name) => ({ name, weight: undefined })),
    senders: {},
  };

  function rulesOf(number: RoutedMessage['number']): RouteExplanation['senderKinds'] {
    const countries = countriesOf(number);
    const own = countries.map((country) => senderRules[country]).find((kinds) => kinds !== undefined);
    if (own !== undefined) return { kinds: own, source: 'senderRules' };
    return countries.map((country) => SENDER_RULES[country]).find((rule) => rule !== undefined);
  }

  function explain(
    message: RoutedMessage,
    defaultSenders: Partial<Record<ProviderName, string>> = {},
  ): RouteExplanation {
    const { rule, passedRules } = firstFitting(message);
    const senderKinds = rulesOf(message.number);
    const isTaken = (kind: SenderKind) =>
      senderKinds === undefined || kind === 'messaging_service' || senderKinds.kinds.includes(kind);

    const registration = chooseRegistration(registrations, { text: undefined, ...message });
    const registered = registration?.header === undefined ? [] : [registration.header];

    const chosen = orderOf(rule, message.id).map((name) => {
      const given = (rule.senders[name] ?? registered).map((id) => ({ id, kind: senderKind(id) }));
      const fitting = given.find(({ kind }) => isTaken(kind));
      const untaken = fitting === undefined ? given : given.slice(0, given.indexOf(fitting));
      return { name, fitting, untaken, isUsable: fitting !== undefined || given.length === 0 };
    });
    const isAnyUsable = chosen.some(({ isUsable }) => isUsable);
    const considered = chosen.map(({ name, fitting, untaken, isUsable }): ConsideredProvider => {
      const own = defaultSenders[name];
      const sender = fitting ?? (own === undefined ? undefined : { id: own, kind: senderKind(own) });
      return {
        name,
        isUsed: isUsable || !isAnyUsable,
        sender,
        senderFrom: fitting === undefined ? 'provider' : 'rule',
        isTaken: sender === undefined || isTaken(sender.kind),
        untaken,
      };
    });

    return {
      plan: {
        route: rule.name,
        providers: considered
          .filter(({ isUsed }) => isUsed)
          .map(({ name, sender, senderFrom }) => ({
            name,
            sender: senderFrom === 'rule' ? sender?.id : undefined,
            ...(registration && { registration: registration.of(name) }),
          })),
        ...(registration?.isTemplateMissing && { isTemplateMissing: true }),
      },
      countries: countriesOf(message.number),
      passedRules,
      chances: chancesOf(rule),
      considered,
      withoutSender: chosen.filter(({ isUsable }) => !isUsable).map(({ name }) => name),
      senderKinds,
    };
  }

  function firstFitting(message: RoutedMessage): {
    rule: RouteConfig;
    passedRules: RouteExplanation['passedRules'];
  } {
    const passedRules: RouteExplanation['passedRules'] = [];
    const own = routes.find(({ name }) => name === connectionRoutes[message.connection]);
    for (const rule of own ? [own, ...routes.filter((other) => other !== own)] : routes) {
      const unmet = firstUnmet(rule.match, message);
      if (unmet === undefined) return { rule, passedRules };
      passedRules.push({ name: rule.name, unmet });
    }
    return { rule: fallback, passedRules };
  }

  return { plan: (message) => explain(message).plan, explain };
}

function orderOf(rule: RouteConfig, seed: string): ProviderName[] {
  const ordered = drawOrder(weightsOf(rule) ?? [], seed);
  return (ordered.length > 0 ? ordered : rule.providers).map(({ name }) => name);
}

function chancesOf(rule: RouteConfig): RouteExplanation['chances'] {
  const weights = weightsOf(rule);
  const total = weights?.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  return weights?.map(({ name, weight }) => ({ name, percent: Math.round((weight / total) * 1000) / 10 }));
}

/** Undefined for a rule whose order is fixed. */
function weightsOf({ providers }: RouteConfig): { name: ProviderName; weight: number }[] | undefined {
  const weights = providers.flatMap(({ name, weight }) => (weight === undefined ? [] : [{ name, weight }]));
  return weights.length === providers.length ? weights : undefined;
}
