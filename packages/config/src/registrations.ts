import type { RegistrationConfig, RoutingConfig } from './config.ts';
import { parseProviderName } from './provider-declaration.ts';
import type { ProviderDeclaration } from './provider-declaration.ts';
import { choiceOfProviders } from './providers.ts';
import type { Review } from './review.ts';
import type { Read } from './setting.ts';
import type { Settings } from './settings.ts';

type Kinds = readonly ProviderDeclaration[];
type ByProvider = RegistrationConfig['parameters'];

/** What is sent along with messages to each country, in the order of the file. */
export function registrationConfigs(
  { registrations }: Read<Settings>,
  kinds: Kinds,
  review: Review,
): RoutingConfig['registrations'] {
  return Object.fromEntries(
    Object.entries(registrations ?? {}).map(([country, settings = {}]) => {
      const path = ['registrations', country];
      const templates = Object.entries(settings.templates ?? {}).map(([name, template = {}]) => {
        const at = [...path, 'templates', name];
        if (!review.isGiven([...at, 'messageTypes']) && !review.isGiven([...at, 'text'])) {
          review.problem(
            [...at, 'text'],
            'not set; write the registered text, with its variable parts such as {#var#} or {#numeric#}, or set messageTypes instead',
          );
        }
        const { id, messageTypes, text, parameters } = template;
        return {
          id,
          messageTypes,
          text,
          parameters: byProvider([...at, 'parameters'], parameters, kinds, review),
        };
      });
      if (
        templates.some(({ id }) => id !== undefined) &&
        !review.isGiven([...path, 'entityId']) &&
        country === 'IN'
      ) {
        review.problem(
          [...path, 'entityId'],
          'not set; templates in India need the id of the principal entity',
        );
      }
      const parameters = byProvider([...path, 'parameters'], settings.parameters, kinds, review);
      return [country, { header: settings.header, entityId: settings.entityId, templates, parameters }];
    }),
  );
}

function byProvider(
  path: string[],
  settings: Read<Record<string, Record<string, unknown>>> | undefined,
  kinds: Kinds,
  review: Review,
): ByProvider {
  const known: ByProvider = {};
  for (const [name, fields = {}] of Object.entries(settings ?? {})) {
    const kind = parseProviderName(name, kinds)?.kind;
    if (kind === undefined) {
      review.problem([...path, name], `must name one of ${choiceOfProviders(name, kinds)}`);
      continue;
    }
    known[name] = fields;
    for (const [field, value] of Object.entries(fields)) {
      const problem = kind.parameterProblem?.(field, value);
      if (problem !== undefined) review.problem([...path, name, field], problem);
    }
  }
  return known;
}
