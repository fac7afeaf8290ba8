import { maskPhoneNumber, type PhoneNumber } from '@sms-gateway/contract';
import type { ConsideredProvider, KnownSender, RouteExplanation } from '@sms-gateway/routing';
import type { RouteConfig } from '@sms-gateway/config';
import type { Paint } from './command.ts';

type Report = {
  number: PhoneNumber;
  /** Of the message; an order by weight depends on it. */
  id: string;
  routes: readonly RouteConfig[];
  explanation: RouteExplanation;
  paint: Paint;
};

/** The explanation of a route, for people. */
export function routeReport({ number, id, routes, explanation, paint }: Report): string {
  const { plan, countries, passedRules, chances, considered, senderKinds } = explanation;
  const used = considered.filter(({ isUsed }) => isUsed);
  const passedOver = considered.filter(({ isUsed }) => !isUsed);

  return [
    paint('bold', `${maskPhoneNumber(number)}, ${place(number, countries)}`),
    ...passedRules.map(({ name, unmet }) => {
      const wanted = routes.find((route) => route.name === name)?.match[unmet] ?? [];
      return paint('dim', `route ${name} does not match: ${unmet} (${wanted.join(', ')})`);
    }),
    plan.route === 'default' ? 'no route matches: the order of PROVIDERS' : `route ${plan.route} matches`,
    ...(chances ? [`order drawn by weight for message ${id}; it differs between messages`] : []),
    ...used.flatMap((provider, index) => {
      const chance = chances?.find(({ name }) => name === provider.name);
      const line = `${paint('bold', provider.name.padEnd(10))} from ${from(provider)}`;
      return [
        `  ${index + 1}. ${line}${chance ? `, first with ${chance.percent} %` : ''}`,
        ...provider.untaken.map((sender) =>
          paint('dim', `     not ${described(sender)}: not accepted there`),
        ),
      ];
    }),
    ...passedOver.map(({ name, untaken }) =>
      paint(
        'dim',
        `  ${name} is skipped: none of its senders is accepted there: ${untaken.map(described).join(', ')}`,
      ),
    ),
    ...(senderKinds
      ? [`kinds of sender accepted there: ${senderKinds.kinds.join(', ')} (${senderKinds.source})`]
      : []),
    ...senderWarnings(explanation).map((warning) => paint('yellow', `warning: ${warning}`)),
    '',
  ].join('\n');
}

/** Providers that would lose codes, because the country does not accept their sender. */
export function senderWarnings({ considered, senderKinds }: RouteExplanation): string[] {
  return considered.flatMap(({ name, isUsed, isTaken, sender }) =>
    !isUsed || isTaken || sender === undefined
      ? []
      : [
          `${name} sends as ${described(sender)}, which carriers there do not accept (${senderKinds?.source})`,
        ],
  );
}

function place({ country }: PhoneNumber, countries: string[]): string {
  const others = countries.filter((other) => other !== country);
  const more = others.length > 0 ? `; rules for ${others.join(', ')} apply to it` : '';
  return `${country ?? 'country unknown'}${more}`;
}

function from({ sender, senderFrom }: ConsideredProvider): string {
  if (sender === undefined) return 'its own sender';
  return senderFrom === 'rule' ? described(sender) : `${described(sender)}, its own`;
}

function described({ id, kind }: KnownSender): string {
  return `${id} (${kind})`;
}
