import {
  DescribeAccountAttributesCommand,
  PinpointSMSVoiceV2Client,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { type CredentialsAnswer, type CredentialsCheck, serverTimeOf } from '../credentials-check.ts';
import { isSuccess } from '../http-status.ts';
import type { AwsProviderOptions } from './aws.ts';
import { createAwsRequestHandler } from './aws-request-handler.ts';

/** Common errors about who is asking, in whatever service (docs.aws.amazon.com, Common errors). */
const REFUSALS =
  /UnrecognizedClient|InvalidClientTokenId|InvalidSignature|ExpiredToken|IncompleteSignature|MissingAuthenticationToken|InvalidAccessKeyId/;

/**
 * Describes the account's attributes (DescribeAccountAttributes). A policy that allows sending alone answers
 * AccessDeniedException. The credentials are those that the SDK finds here, in this process.
 */
export function awsCredentials({
  region,
  apiUrl,
  credentials,
}: Pick<AwsProviderOptions, 'region' | 'apiUrl' | 'credentials'>): CredentialsCheck {
  return {
    proves: 'credentials of the AWS SDK',
    async ask(signal) {
      const { handler, outcomeOf, close } = createAwsRequestHandler({ connections: 1 });
      const client = new PinpointSMSVoiceV2Client({
        region,
        maxAttempts: 1,
        requestHandler: handler,
        ...(apiUrl !== undefined && { endpoint: apiUrl }),
        ...(credentials !== undefined && { credentials }),
      });
      try {
        const error = await Promise.race([
          client.send(new DescribeAccountAttributesCommand({}), { abortSignal: signal }).then(
            () => undefined,
            (thrown: unknown) => thrown,
          ),
          aborted(signal),
        ]);
        const outcome = outcomeOf(signal);
        if (outcome?.kind !== 'answer') return answerOf(...unansweredAs(error, outcome?.code));
        const serverTimeMs = serverTimeOf(outcome.headers);
        const code = `http_${outcome.status}`;
        if (isSuccess(outcome)) return { kind: 'accepted', code, serverTimeMs };
        const name = error instanceof Error ? error.name : '';
        if (REFUSALS.test(name)) return { kind: 'refused', code, serverTimeMs };
        const isForbidden = outcome.status === 403 || /AccessDenied/.test(name);
        return { kind: isForbidden ? 'not_allowed' : 'unanswered', code, serverTimeMs };
      } finally {
        client.destroy();
        await close();
      }
    },
  };
}

/** No answer: there were no credentials to ask with, or no way to ask. */
function unansweredAs(error: unknown, code = 'aborted'): [CredentialsAnswer['kind'], string] {
  return error instanceof Error && /Credentials/.test(error.name)
    ? ['refused', 'aws_credentials']
    : ['unanswered', code];
}

function answerOf(kind: CredentialsAnswer['kind'], code: string): CredentialsAnswer {
  return { kind, code, serverTimeMs: undefined };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
