import { DescribeAccountAttributesCommand } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { type CredentialsAnswer, type CredentialsCheck, serverTimeOf } from '../credentials-check.ts';
import { isSuccess } from '../http-status.ts';
import { type AwsClientOptions, createAwsClient } from './aws-client.ts';

/** Errors of any service about the identity of the caller (docs.aws.amazon.com, Common errors). */
const REFUSALS =
  /UnrecognizedClient|InvalidClientTokenId|InvalidSignature|ExpiredToken|IncompleteSignature|MissingAuthenticationToken|InvalidAccessKeyId/;

/**
 * Describes the account's attributes (DescribeAccountAttributes). With a policy that allows only sending it answers
 * AccessDeniedException. The credentials are those that the SDK finds in this process.
 */
export function awsCredentials(options: AwsClientOptions): CredentialsCheck {
  return {
    proves: 'credentials of the AWS SDK',
    async ask(signal) {
      const { client, outcomeOf, close } = createAwsClient({ ...options, connections: 1 });
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
        await close();
      }
    },
  };
}

/** There is no answer, because there were no credentials or the request failed. */
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
