import type { PhoneNumber } from '@sms-gateway/contract';

/** What the choice of a route depends on. */
export type RoutedMessage = {
  id: string;
  number: Pick<PhoneNumber, 'e164' | 'country' | 'countryCallingCode'>;
  connection: string;
  messageType: string | undefined;
  /** Contains a code, so it is never logged. It selects the registered template. */
  text?: string | undefined;
};
