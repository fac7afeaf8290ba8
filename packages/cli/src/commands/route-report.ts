import { maskPhoneNumber, type PhoneNumber } from '@sms-gateway/contract';
import type { ConsideredProvider, KnownSender, RouteExplanation } from '@sms-gateway/routing';
import type { RouteConfig } from '@sms-gateway/config';
import type { Paint } from './command.ts';

type Report = {
  number: PhoneNumber;
  /** Of the message, which the order rests on where it is drawn. */
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
      return paint('dim', `route ${name} does not fit: ${unmet} (${wanted.join(', ')})`);
    }),
    plan.route === 'default' ? 'no route fits: the order of PROVIDERS' : `route ${plan.route} fits`,
    ...(chances ? [`order drawn by weight for message ${id}; every message has its own`] : []),
    ...used.flatMap((provider, index) => {
      const chance = chances?.find(({ name }) => name === provider.name);
      const line = `${paint('bold', provider.name.padEnd(10))} from ${from(provider)}`;
      return [
        `  ${index + 1}. ${line}${chance ? `, first with ${chance.percent} %` : ''}`,
        ...provider.untaken.map((sender) => paint('dim', `     not ${described(sender)}: not taken there`)),
      ];
    }),
    ...passedOver.map(({ name, untaken }) =>
      paint(
        'dim',
        `  ${name} is passed over: has no sender of a kind that is taken there, only ${untaken.map(described).join(', ')}`,
      ),
    ),
    ...(senderKinds
      ? [`kinds of sender taken there: ${senderKinds.kinds.join(', ')} (${senderKinds.source})`]
      : []),
    ...senderWarnings(explanation).map((warning) => paint('yellow', `warning: ${warning}`)),
    '',
  ].join('\n');
}

/** What is likely to lose codes: the providers that would be used with a sender that the country does not take. */
export function senderWarnings({ considered, senderKinds }: RouteExplanation): string[] {
  return considered.flatMap(({ name, isUsed, isTaken, sender }) =>
    !isUsed || isTaken || sender === undefined
      ? []
      : [`${name} sends as ${described(sender)}, which carriers there do not take (${senderKinds?.source})`],
  );
}

function place({ country }: PhoneNumber, countries: string[]): string {
  const others = countries.filter((other) => other !== country);
  const isMeantToo = others.length > 0 ? `; rules for ${others.join(', ')} apply to it` : '';
  return `${country ?? 'no country known'}${isMeantToo}`;
}

function from({ sender, senderFrom }: ConsideredProvider): string {
  if (sender === undefined) return 'its own sender';
  return senderFrom === 'rule' ? described(sender) : `${described(sender)}, its own`;
}

function described({ id, kind }: KnownSender): string {
  return `${id} (${kind})`;
}
