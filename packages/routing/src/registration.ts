import type { RegistrationConfig, RoutingConfig } from '@sms-gateway/config';
import { countriesOf, type Registration, TEMPLATE_VARIABLE } from '@sms-gateway/contract';
import type { RoutedMessage } from './routed-message.ts';

/** What goes along with one message, at whatever provider. */
export type ChosenRegistration = {
  /** The registered sender, for providers that the route gives none. */
  header: string | undefined;
  /** Whether the country has templates, and the message is of none: its operators are likely to drop it. */
  isTemplateMissing: boolean;
  /** `name` is the provider's, an instance's own name included. */
  of(name: string): Registration;
};

type Message = { number: RoutedMessage['number']; messageType: string | undefined; text: string | undefined };

/**
 * What the operators of the recipient's country demand; undefined where nothing is registered for it. Of several
 * templates, the first is taken whose message types and text fit.
 */
export function chooseRegistration(
  registrations: RoutingConfig['registrations'],
  { number, messageType, text }: Message,
): ChosenRegistration | undefined {
  const country = countriesOf(number).find((one) => registrations[one] !== undefined) ?? '';
  const registration = registrations[country];
  if (registration === undefined) return undefined;
  const fitting = registration.templates
    .filter(({ messageTypes }) => messageTypes?.includes(messageType ?? '') ?? true)
    .map((template) => ({ template, variables: variablesOf(template, text) }))
    .find(({ variables }) => variables !== undefined);
  return {
    header: registration.header,
    isTemplateMissing: registration.templates.length > 0 && fitting === undefined,
    of: (name) => ({
      country,
      entityId: registration.entityId,
      templateId: fitting?.template.id,
      variables: fitting?.variables ?? [],
      parameters: {
        ...fieldsOf(registration.parameters, name),
        ...fieldsOf(fitting?.template.parameters ?? {}, name),
      },
    }),
  };
}

/** Those of the provider's kind, and those of the instance, which count before them. */
function fieldsOf(parameters: RegistrationConfig['parameters'], name: string): Record<string, unknown> {
  const [kind = name] = name.split(':', 1);
  return { ...parameters[kind], ...parameters[name] };
}

/**
 * The variable parts of a template in the text; undefined if the text does not match it. Without a
 * registered text, or without the text of the message, the template fits every text.
 */
function variablesOf(
  { text: registered }: { text: string | undefined },
  text: string | undefined,
): string[] | undefined {
  if (registered === undefined || text === undefined) return [];
  const fixed = registered
    .split(TEMPLATE_VARIABLE)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  // A variable is 40 characters at most; the shortest one that lets the rest fit is meant.
  const match = new RegExp(`^${fixed.join('([^]{0,40}?)')}$`).exec(text.trim());
  return match === null ? undefined : match.slice(1);
}
