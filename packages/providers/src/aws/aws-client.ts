import {
  PinpointSMSVoiceV2Client,
  type PinpointSMSVoiceV2ClientConfig,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { createAwsRequestHandler } from './aws-request-handler.ts';

export type AwsClientOptions = {
  region: string;
  /** In place of the region's endpoint. */
  apiUrl?: string | undefined;
  /** In place of where the SDK looks for them: environment, shared files, container or instance role. */
  credentials?: PinpointSMSVoiceV2ClientConfig['credentials'];
  /** Maximum number of sockets, and so of requests in progress. */
  connections?: number | undefined;
};

/** The SDK's client on the project's HTTP client. It makes one attempt. */
export function createAwsClient({ region, apiUrl, credentials, connections }: AwsClientOptions) {
  const { handler, outcomeOf, close } = createAwsRequestHandler({ connections });
  const client = new PinpointSMSVoiceV2Client({
    region,
    maxAttempts: 1,
    requestHandler: handler,
    ...(apiUrl !== undefined && { endpoint: apiUrl }),
    ...(credentials !== undefined && { credentials }),
  });
  return {
    client,
    /** The outcome of the request that was made with this signal; undefined before there is one. */
    outcomeOf,
    close: async () => {
      client.destroy();
      await close();
    },
  };
}
