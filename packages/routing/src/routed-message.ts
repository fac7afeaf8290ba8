import type { PhoneNumber } from '@sms-gateway/contract';

/** What the choice rests on. */
export type RoutedMessage = {
  id: string;
  number: Pick<PhoneNumber, 'e164' | 'country' | 'countryCallingCode'>;
  connection: string;
  messageType: string | undefined;
  /** Holds a code: it chooses the registered template, and is never logged. */
  text?: string | undefined;
};
