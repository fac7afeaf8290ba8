import type { RouteMatch } from '@sms-gateway/config';
import { countriesOf } from '@sms-gateway/contract';
import type { RoutedMessage } from './routed-message.ts';

/** The first condition of a rule that a message does not meet; undefined if the rule matches. */
export function firstUnmet(
  match: RouteMatch,
  { number, connection, messageType }: RoutedMessage,
): keyof RouteMatch | undefined {
  const { countries, prefixes, connections, messageTypes } = match;
  if (connections !== undefined && !connections.includes(connection)) return 'connections';
  if (messageTypes !== undefined && (messageType === undefined || !messageTypes.includes(messageType)))
    return 'messageTypes';
  if (prefixes !== undefined && !prefixes.some((prefix) => number.e164.startsWith(prefix))) return 'prefixes';
  if (countries !== undefined && !countriesOf(number).some((country) => countries.includes(country)))
    return 'countries';
  return undefined;
}
