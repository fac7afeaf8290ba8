import {
  ACCOUNT_ID,
  accepted,
  describeConformance,
  ECHO,
  fault,
  NOW_MS,
  rejected,
  REQUEST,
  type Row,
  SECRET,
  throttled,
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createTwilioProvider } from './twilio.ts';

const SID = `SM${'0b'.repeat(16)}`;

/** A 201 with a message in this state (twilio.com/docs/messaging/api/message-resource). */
const message = (status: string, errorCode: number | string | null, expected: Row[2]): Row => [
  `201 with status ${status} and error_code ${errorCode}`,
  { status: 201, body: JSON.stringify({ ...ECHO, sid: SID, status, error_code: errorCode }) },
  expected,
];

const row = (status: number, code: number, expected: Row[2]): Row => [
  `${status} with code ${code}`,
  { status, body: JSON.stringify({ ...ECHO, code, status }) },
  expected,
];

describeConformance({
  name: 'twilio',
  create: (url) =>
    createTwilioProvider({
      accountSid: ACCOUNT_ID,
      credentials: { authToken: SECRET },
      sender: { from: '+15005550006' },
      apiUrl: url,
      now: () => NOW_MS,
    }),
  accepted: {
    status: 201,
    providerMessageId: SID,
    body: (sid) => JSON.stringify({ sid, body: REQUEST.body, to: REQUEST.to }),
  },
  unreadableSuccess: unknown('http_201'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    row(400, 21211, rejected('twilio_21211')),
    row(400, 21610, rejected('twilio_21610')),
    row(400, 21614, rejected('twilio_21614')),
    row(400, 21635, rejected('twilio_21635')),
    row(400, 21408, fault('twilio_21408', true)),
    row(400, 21606, fault('twilio_21606', true)),
    row(400, 21612, fault('twilio_21612', true)),
    row(401, 20003, fault('twilio_20003', true)),
    row(404, 20404, fault('twilio_20404', true)),
    row(429, 20429, throttled('twilio_20429')),
    row(400, 21611, throttled('twilio_21611')),
    row(400, 29999, fault('twilio_29999', false)),
    row(403, 29999, fault('twilio_29999', true)),
    ['408', { status: 408 }, transient('http_408')],
    message('failed', 30006, rejected('twilio_30006')),
    message('undelivered', 21610, rejected('twilio_21610')),
    message('failed', 21408, fault('twilio_21408', true)),
    message('queued', 30007, fault('twilio_30007', false)),
    message('failed', 21611, throttled('twilio_21611')),
    message('failed', null, fault('twilio_failed', false)),
    message('undelivered', null, fault('twilio_failed', false)),
    message('queued', null, accepted(SID)),
    message('canceled', null, fault('twilio_failed', false)),
    message('queued', '30006', rejected('twilio_30006')),
    ['201 without a sid', { status: 201, body: '{"status":"queued"}' }, unknown('http_201')],
    [
      "200 with a proxy's page",
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
      unknown('http_200'),
    ],
    ['204', { status: 204 }, unknown('http_204')],
    [
      'the sample of twilio_api_v2010.json (twilio/twilio-oai), createMessage',
      {
        status: 201,
        body: JSON.stringify({
          account_sid: 'ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          api_version: '2010-04-01',
          body: 'Hello! 👍',
          date_created: 'Thu, 24 Aug 2023 05:01:45 +0000',
          date_sent: 'Thu, 24 Aug 2023 05:01:45 +0000',
          direction: 'outbound-api',
          error_code: null,
          error_message: null,
          from: '+14155552345',
          num_media: '0',
          num_segments: '1',
          messaging_service_sid: 'MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          sid: 'SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          status: 'queued',
          to: '+14155552345',
        }),
      },
      accepted('SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
    ],
    [
      'the error of twilio.com/docs/api/errors/21211',
      {
        status: 400,
        body: JSON.stringify({
          code: 21211,
          message: "The 'To' number 5551234567 is not a valid phone number.",
          more_info: 'https://www.twilio.com/docs/errors/21211',
          status: 400,
        }),
      },
      rejected('twilio_21211'),
    ],
    ['a code that is text', { status: 400, body: `{"code":"${REQUEST.body}"}` }, fault('http_400', false)],
    [
      'an RFC 9457 problem',
      { status: 400, body: JSON.stringify({ type: 'about:blank', title: 'x', status: 400, code: 21610 }) },
      rejected('twilio_21610'),
    ],
  ],
});
