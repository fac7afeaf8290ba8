import type { Receipt } from '@sms-gateway/contract';
import {
  createConsoleProvider,
  createHttpProvider,
  createInfobipProvider,
  createPlivoProvider,
  createSimulatorProvider,
  createSinchProvider,
  createSmppProvider,
  createTelnyxProvider,
  createTwilioProvider,
  createVonageProvider,
  type Provider,
} from '@sms-gateway/providers';
import type { AttemptReference } from '@sms-gateway/privacy';
import type { Logger } from '@sms-gateway/process';
import type { ProviderConfig } from '@sms-gateway/config';

type Deps = {
  /** Sockets at most. */
  connections: number;
  /** Gets the receipts that arrive on a provider's own connection. Rejects where they should be sent again. */
  onReceipt: (
    provider: ProviderConfig['kind'],
    receipt: Receipt,
    reference: AttemptReference | undefined,
  ) => Promise<void>;
  logger: Logger;
};

/** Creates the provider of a configuration. */
export async function createProvider(
  config: ProviderConfig,
  { connections, onReceipt, logger }: Deps,
): Promise<Provider> {
  switch (config.kind) {
    case 'aws': {
      // The SDK takes 18 MB and 70 ms, which nobody should pay who does not use it.
      const { createAwsProvider } = await import('@sms-gateway/providers/aws');
      return createAwsProvider({ ...config, connections });
    }
    case 'console':
      return createConsoleProvider({
        write: (line) => logger.info({ detail: line.trim() }, 'console.message'),
      });
    case 'http':
      return createHttpProvider({ ...config, connections });
    case 'infobip':
      return createInfobipProvider({ ...config, connections });
    case 'plivo':
      return createPlivoProvider({ ...config, connections });
    case 'simulator':
      return createSimulatorProvider({
        onReceipt: (receipt, reference) => onReceipt('simulator', receipt, reference),
      });
    case 'sinch':
      return createSinchProvider({ ...config, connections });
    case 'smpp':
      return createSmppProvider({
        ...config,
        onReceipt: (receipt) => onReceipt('smpp', receipt, undefined),
        onEvent: (event) => logger.info({ event }, 'smpp.event'),
      });
    case 'telnyx':
      return createTelnyxProvider({ ...config, connections });
    case 'twilio':
      return createTwilioProvider({ ...config, connections });
    case 'vonage':
      return createVonageProvider({ ...config, connections });
  }
}
