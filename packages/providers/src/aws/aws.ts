import { SendTextMessageCommand } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { withoutRepetition } from '../message-id.ts';
import type { Registration } from '@sms-gateway/contract';
import type { Provider, SendResult } from '../provider.ts';
import { unansweredResult } from '../unanswered.ts';
import { type AwsClientOptions, createAwsClient } from './aws-client.ts';
import { classifyAwsAnswer } from './aws-errors.ts';

export type AwsProviderOptions = AwsClientOptions & {
  /** A number, sender ID or pool of the account, or its ARN. AWS chooses if it is not set. */
  originationIdentity?: string | undefined;
  configurationSet?: string | undefined;
  /** Epoch milliseconds. */
  now?: () => number;
};

// The range in the documentation of SendTextMessage. The default is the maximum, 72 hours.
const MIN_TTL_SECONDS = 5;
const MAX_TTL_SECONDS = 259_200;

/**
 * Sends through AWS End User Messaging SMS (SendTextMessage) with AWS's SDK, which finds the credentials and signs. AWS
 * checks the time to live when it hands a message over. The context of a request carries the message id, which comes back
 * with the events. AWS delivers those to SNS, EventBridge and the like but not to a URL, so there are no receipts here.
 * Throws if `apiUrl` cannot be used.
 */
export function createAwsProvider({
  originationIdentity,
  configurationSet,
  now = Date.now,
  ...clientOptions
}: AwsProviderOptions): Provider {
  const { apiUrl } = clientOptions;
  if (apiUrl !== undefined && !/^https?:$/.test(URL.canParse(apiUrl) ? new URL(apiUrl).protocol : '')) {
    throw new TypeError('aws: apiUrl is not an http(s) URL');
  }
  const { client, outcomeOf, close } = createAwsClient(clientOptions);

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
    close,
  };
}

/** India's ids and the parameters of other countries (SendTextMessage, DestinationCountryParameters). */
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

/**
 * Nothing was sent: there were no credentials, or no time to get them. The error itself is not passed on, because it may
 * tell where they are.
 */
function withoutRequest(end: unknown): SendResult {
  if (end === 'aborted') return { kind: 'transient', code: 'aborted', retryAfterMs: undefined };
  const isAboutCredentials = end instanceof Error && /Credentials|Token/.test(end.name);
  return {
    kind: 'provider_fault',
    code: isAboutCredentials ? 'aws_credentials' : 'aws_no_request',
    isRecognised: isAboutCredentials,
  };
}
