import {
  createConsoleProvider,
  createHttpProvider,
  createInfobipProvider,
  createPlivoProvider,
  createSinchProvider,
  createTelnyxProvider,
  createTwilioProvider,
  createVonageProvider,
  type Provider,
} from '@sms-gateway/providers';
import type { ProviderConfig } from '@sms-gateway/runtime';

/** The provider of a configuration, with `connections` sockets at most. */
export function createProvider(config: ProviderConfig, connections: number): Provider {
  switch (config.kind) {
    case 'console':
      return createConsoleProvider();
    case 'http':
      return createHttpProvider({ ...config, connections });
    case 'infobip':
      return createInfobipProvider({ ...config, connections });
    case 'plivo':
      return createPlivoProvider({ ...config, connections });
    case 'sinch':
      return createSinchProvider({ ...config, connections });
    case 'telnyx':
      return createTelnyxProvider({ ...config, connections });
    case 'twilio':
      return createTwilioProvider({ ...config, connections });
    case 'vonage':
      return createVonageProvider({ ...config, connections });
  }
}
