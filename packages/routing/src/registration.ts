import type { RegistrationConfig, RoutingConfig } from '@sms-gateway/config';
import { countriesOf, type Registration } from '@sms-gateway/contract';
import type { RoutedMessage } from './routed-message.ts';
import { variablesIn } from './template-variables.ts';

/** What is sent along with one message, at any provider. */
export type ChosenRegistration = {
  /** The registered sender, for providers without a sender in the route. */
  header: string | undefined;
  /** Whether the country has templates but none matches the message, so that its operators are likely to drop it. */
  isTemplateMissing: boolean;
  /** `name` is the provider's, including the instance. */
  of(name: string): Registration;
};

type Message = { number: RoutedMessage['number']; messageType: string | undefined; text: string | undefined };

/**
 * What the operators of the recipient's country require; undefined if nothing is registered for it. The first template whose
 * message types and text match is used.
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

/** The fields of the provider's kind, overridden by those of the instance. */
function fieldsOf(parameters: RegistrationConfig['parameters'], name: string): Record<string, unknown> {
  const [kind = name] = name.split(':', 1);
  return { ...parameters[kind], ...parameters[name] };
}

/** Without a registered text, or without the text of the message, the template matches every text. */
function variablesOf(
  { text: registered }: { text: string | undefined },
  text: string | undefined,
): string[] | undefined {
  return registered === undefined || text === undefined ? [] : variablesIn(registered, text);
}
