import {
  PinpointSMSVoiceV2Client,
  type PinpointSMSVoiceV2ClientConfig,
  SendTextMessageCommand,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { withoutRepetition } from '../message-id.ts';
import type { Registration } from '@sms-gateway/contract';
import type { Provider, SendResult } from '../provider.ts';
import { unansweredResult } from '../unanswered.ts';
import { classifyAwsAnswer } from './aws-errors.ts';
import { createAwsRequestHandler } from './aws-request-handler.ts';

export type AwsProviderOptions = {
  region: string;
  /** A number, sender ID or pool of the account, or its ARN; AWS chooses without it. */
  originationIdentity?: string | undefined;
  configurationSet?: string | undefined;
  /** In place of the region's endpoint. */
  apiUrl?: string | undefined;
  /** In place of where the SDK looks for them: environment, shared files, container or instance role. */
  credentials?: PinpointSMSVoiceV2ClientConfig['credentials'];
  /** Epoch milliseconds. */
  now?: () => number;
  /** Sockets at most, so messages in flight at most. */
  connections?: number;
};

// The range that the documentation of SendTextMessage gives; the longest, 72 hours, is the default.
const MIN_TTL_SECONDS = 5;
const MAX_TTL_SECONDS = 259_200;

/**
 * Sends through AWS End User Messaging SMS (SendTextMessage) with AWS's SDK, which finds the credentials and signs,
 * on our own HTTP client; it makes one attempt. AWS looks at the time to live when it hands a message over. Our
 * message id goes along in the context, and comes back with the events, which AWS delivers to SNS, EventBridge and
 * the like and not to a URL: so there are no receipts here. Throws if `apiUrl` cannot be used.
 */
export function createAwsProvider({
  region,
  originationIdentity,
  configurationSet,
  apiUrl,
  credentials,
  now = Date.now,
  connections,
}: AwsProviderOptions): Provider {
  if (apiUrl !== undefined && !/^https?:$/.test(URL.canParse(apiUrl) ? new URL(apiUrl).protocol : '')) {
    throw new TypeError('aws: apiUrl is not an http(s) URL');
  }
  const { handler, outcomeOf, close } = createAwsRequestHandler({ connections });
  const client = new PinpointSMSVoiceV2Client({
    region,
    maxAttempts: 1,
    requestHandler: handler,
    ...(apiUrl !== undefined && { endpoint: apiUrl }),
    ...(credentials !== undefined && { credentials }),
  });

  return {
    name: 'aws',
    receipts: 'none',
    async send(request, signal) {
      const { id, to, sender, body, validitySeconds, registration } = request;
      const command = new SendTextMessageCommand({
        DestinationPhoneNumber: to,
        OriginationIdentity: sender ?? originationIdentity,
        MessageBody: body,
        MessageType: 'TRANSACTIONAL',
        ConfigurationSetName: configurationSet,
        TimeToLive: Math.min(Math.max(Math.trunc(validitySeconds), MIN_TTL_SECONDS), MAX_TTL_SECONDS),
        Context: { messageId: id },
        ...countryParameters(registration),
      });
      // A signal of its own identifies the request among those of other messages.
      const call = new AbortController();
      const end = await endOf(() => client.send(command, { abortSignal: call.signal }), call, signal);
      const outcome = outcomeOf(call.signal);
      if (outcome?.kind === 'answer') return withoutRepetition(classifyAwsAnswer(outcome, now()), request);
      if (outcome !== undefined) return unansweredResult(outcome);
      return withoutRequest(end);
    },
    close: async () => {
      client.destroy();
      await close();
    },
  };
}

/** India's ids, and what other countries may demand (SendTextMessage, DestinationCountryParameters). */
function countryParameters(registration: Registration | undefined) {
  if (registration === undefined) return {};
  const { country, entityId, templateId, parameters } = registration;
  const fields: Record<string, unknown> = {
    ...parameters,
    ...(country === 'IN' && { IN_ENTITY_ID: entityId, IN_TEMPLATE_ID: templateId }),
  };
  const DestinationCountryParameters = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
  return Object.keys(DestinationCountryParameters).length === 0 ? {} : { DestinationCountryParameters };
}

/** The SDK's answer or error, or `aborted` as soon as the caller gives up. */
function endOf(start: () => Promise<unknown>, call: AbortController, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const abort = () => {
      call.abort();
      // The HTTP client settles at once, and its outcome is stored after that.
      setImmediate(resolve, 'aborted');
    };
    if (signal.aborted) {
      abort();
      return;
    }
    const settle = (end: unknown) => {
      signal.removeEventListener('abort', abort);
      resolve(end);
    };
    signal.addEventListener('abort', abort);
    start().then(settle, settle);
  });
}

/** Nothing was sent: there were no credentials, or no time to get them. The error may tell where they are. */
function withoutRequest(end: unknown): SendResult {
  if (end === 'aborted') return { kind: 'transient', code: 'aborted', retryAfterMs: undefined };
  const isAboutCredentials = end instanceof Error && /Credentials|Token/.test(end.name);
  return {
    kind: 'provider_fault',
    code: isAboutCredentials ? 'aws_credentials' : 'aws_no_request',
    isRecognised: isAboutCredentials,
  };
}
