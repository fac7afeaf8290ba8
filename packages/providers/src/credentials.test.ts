import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requestedOrigins } from '../../../test/support/requested-origins.ts';
import {
  refusingUrl,
  type Respond,
  startDeafServer,
  startScriptedProviderServer,
} from '../../../test/support/scripted-provider-server.ts';
import { awsCredentials } from './aws/aws-credentials.ts';
import type { CredentialsCheck } from './credentials-check.ts';
import { infobipCredentials } from './infobip/infobip-credentials.ts';
import { plivoCredentials } from './plivo/plivo-credentials.ts';
import { sinchCredentials } from './sinch/sinch-credentials.ts';
import { telnyxCredentials } from './telnyx/telnyx-credentials.ts';
import { twilioCredentials } from './twilio/twilio-credentials.ts';
import { vonageCredentials } from './vonage/vonage-credentials.ts';

const SECRET = 'provider-secret-9f2c';
const DATE = 'Mon, 23 Nov 2026 07:00:00 GMT';
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${SECRET}`).toString('base64')}`;
const account = `AC${'0a'.repeat(16)}`;

type Subject = {
  create: (apiUrl: string) => CredentialsCheck;
  path: string;
  authorization: string;
  /** What a 403 and a 404 mean. */
  forbidden: string;
  missing: string;
};

const first = ([check]: CredentialsCheck[]) => {
  if (!check) throw new Error('no check');
  return check;
};

const twilioApiKey = (apiUrl: string) =>
  first(
    twilioCredentials({ accountSid: account, credentials: { apiKey: 'SK1', apiSecret: SECRET }, apiUrl }),
  );

const SUBJECTS: Record<string, Subject> = {
  'twilio, auth token': {
    create: (apiUrl) =>
      first(twilioCredentials({ accountSid: account, credentials: { authToken: SECRET }, apiUrl })),
    path: `/2010-04-01/Accounts/${account}.json`,
    authorization: basic(account),
    forbidden: 'refused',
    missing: 'refused',
  },
  'twilio, API key': {
    create: twilioApiKey,
    path: `/2010-04-01/Accounts/${account}/Messages.json?PageSize=1&DateSent=2000-01-01`,
    authorization: basic('SK1'),
    forbidden: 'not_allowed',
    missing: 'refused',
  },
  vonage: {
    create: (apiUrl) => vonageCredentials({ apiKey: 'key', apiSecret: SECRET, apiUrl }),
    path: '/account/get-balance',
    authorization: basic('key'),
    forbidden: 'not_allowed',
    missing: 'unanswered',
  },
  telnyx: {
    create: (apiUrl) => telnyxCredentials({ apiKey: SECRET, apiUrl }),
    path: '/v2/balance',
    authorization: `Bearer ${SECRET}`,
    forbidden: 'not_allowed',
    missing: 'unanswered',
  },
  plivo: {
    create: (apiUrl) => plivoCredentials({ authId: 'MA1', authToken: SECRET, apiUrl }),
    path: '/v1/Account/MA1/',
    authorization: basic('MA1'),
    forbidden: 'not_allowed',
    missing: 'refused',
  },
  infobip: {
    create: (baseUrl) => infobipCredentials({ baseUrl, apiKey: SECRET }),
    path: '/account/1/balance',
    authorization: `App ${SECRET}`,
    forbidden: 'not_allowed',
    missing: 'unanswered',
  },
  sinch: {
    create: (apiUrl) => sinchCredentials({ servicePlanId: 'plan', apiToken: SECRET, region: 'eu', apiUrl }),
    path: '/xms/v1/plan/batches?page_size=1&client_reference=credentials-check',
    authorization: `Bearer ${SECRET}`,
    forbidden: 'refused',
    missing: 'refused',
  },
};

async function answering(status: number, body = '{}') {
  const respond: Respond = (response) => response.writeHead(status, { date: DATE }).end(body);
  const server = await startScriptedProviderServer(respond);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

const never = () => new AbortController().signal;

describe.each(Object.entries(SUBJECTS))(
  '%s',
  (_name, { create, path, authorization, forbidden, missing }) => {
    test('makes one documented GET, below the path of a proxy, and reads the clock', async () => {
      const server = await answering(200);
      const answer = await create(`${server.url}/proxy/`).ask(never());

      expect(server.requests).toMatchObject([
        { method: 'GET', path: `/proxy${path}`, headers: { authorization }, body: '' },
      ]);
      expect(answer).toEqual({ kind: 'accepted', code: 'http_200', serverTimeMs: Date.parse(DATE) });
    });

    test.each([
      [401, 'refused'],
      [403, forbidden],
      [404, missing],
      [429, 'unanswered'],
      [500, 'unanswered'],
    ])('%i means %s', async (status, kind) => {
      const server = await answering(status, JSON.stringify({ message: `${SECRET} is wrong` }));
      const answer = await create(server.url).ask(never());

      expect(answer).toMatchObject({ kind, code: `http_${status}` });
      expect(inspect(answer)).not.toContain(SECRET);
    });

    test('a provider that cannot be reached proves nothing', async () => {
      expect(await create(refusingUrl()).ask(never())).toEqual({
        kind: 'unanswered',
        code: 'connect_refused',
        serverTimeMs: undefined,
      });
    });

    test('stops when its signal aborts', async () => {
      const deaf = await startDeafServer();
      onTestFinished(() => deaf[Symbol.asyncDispose]());

      expect(await create(deaf.url).ask(AbortSignal.timeout(20))).toMatchObject({
        kind: 'unanswered',
        code: 'aborted',
      });
    });
  },
);

test.each<[string, CredentialsCheck]>([
  ['https://api.plivo.com', plivoCredentials({ authId: 'a', authToken: 'b' })],
  ['https://eu.sms.api.sinch.com', sinchCredentials({ servicePlanId: 'a', apiToken: 'b', region: 'eu' })],
  ['https://api.telnyx.com', telnyxCredentials({ apiKey: 'a' })],
  [
    'https://api.twilio.com',
    first(twilioCredentials({ accountSid: 'AC1', credentials: { authToken: 'a' } })),
  ],
  ['https://rest.nexmo.com', vonageCredentials({ apiKey: 'a', apiSecret: 'b' })],
])('%s is asked unless configured otherwise', async (origin, check) => {
  const { result, origins } = await requestedOrigins((signal) => check.ask(signal));

  expect(result).toMatchObject({ kind: 'unanswered', code: 'aborted' });
  expect(origins).toEqual([origin]);
});

describe('twilio', () => {
  test('distinguishes a restricted API key from a wrong one', async () => {
    const restricted = await answering(401, '{"code":70051}');
    const wrong = await answering(401, '{"code":20003}');

    expect(await twilioApiKey(restricted.url).ask(never())).toMatchObject({ kind: 'not_allowed' });
    expect(await twilioApiKey(wrong.url).ask(never())).toMatchObject({ kind: 'refused' });
  });

  test('checks an API key and the auth token that verifies receipts separately', () => {
    const checks = twilioCredentials({
      accountSid: account,
      credentials: { apiKey: 'SK1', apiSecret: SECRET, authToken: 'token' },
    });

    expect(checks.map(({ proves }) => proves)).toEqual(['API key', 'auth token']);
  });
});

describe('aws', () => {
  const ask = async (status: number, exception?: string) => {
    const server = await answering(status, JSON.stringify(exception ? { __type: exception } : {}));
    const check = awsCredentials({
      region: 'eu-central-1',
      apiUrl: server.url,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    });
    return { answer: await check.ask(never()), server };
  };

  test('asks for the attributes of the account', async () => {
    const { answer, server } = await ask(200);

    expect(server.requests[0]?.headers['x-amz-target']).toBe('PinpointSMSVoiceV2.DescribeAccountAttributes');
    expect(answer).toEqual({ kind: 'accepted', code: 'http_200', serverTimeMs: Date.parse(DATE) });
  });

  test.each([
    [400, 'UnrecognizedClientException', 'refused'],
    [400, 'InvalidSignatureException', 'refused'],
    [400, 'ExpiredTokenException', 'refused'],
    [400, 'AccessDeniedException', 'not_allowed'],
    [403, 'AccessDenied', 'not_allowed'],
    [400, 'ValidationException', 'unanswered'],
    [500, 'InternalServerException', 'unanswered'],
  ])('%i %s means %s', async (status, exception, kind) => {
    expect((await ask(status, exception)).answer).toMatchObject({ kind });
  });

  test('missing credentials count as refused', async () => {
    const check = awsCredentials({
      region: 'eu-central-1',
      apiUrl: refusingUrl(),
      credentials: () => {
        const error = new Error('none');
        error.name = 'CredentialsProviderError';
        return Promise.reject(error);
      },
    });

    expect(await check.ask(never())).toMatchObject({ kind: 'refused', code: 'aws_credentials' });
  });

  test('an endpoint that cannot be reached proves nothing', async () => {
    const check = awsCredentials({
      region: 'eu-central-1',
      apiUrl: refusingUrl(),
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    });

    expect(await check.ask(never())).toMatchObject({ kind: 'unanswered', code: 'connect_refused' });
  });
});
