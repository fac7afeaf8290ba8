import {
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
import { createTelnyxProvider } from './telnyx.ts';

const MESSAGE_ID = '40385f64-5717-4562-b3fc-2c963f66afa6';

const errorBody = (...codes: unknown[]) =>
  JSON.stringify({ errors: codes.map((code) => ({ code, title: REQUEST.body, detail: SECRET })) });

const row = (status: number, code: string, expected: Row[2]): Row => [
  `${status} with code ${code}`,
  { status, body: errorBody(code) },
  expected,
];

/** A 200 with a message in this state (telnyx 7.24.0, OutboundMessagePayload). */
const message = (status: string, errors: object[], expected: Row[2], id: unknown = MESSAGE_ID): Row => [
  `200 with status ${status} and ${JSON.stringify(errors)}`,
  {
    status: 200,
    body: JSON.stringify({ data: { id, to: [{ phone_number: REQUEST.to, status }], errors } }),
  },
  expected,
];

describeConformance({
  name: 'telnyx',
  create: (url) =>
    createTelnyxProvider({
      apiKey: SECRET,
      sender: { from: '+14155550100' },
      apiUrl: url,
      now: () => NOW_MS,
    }),
  accepted: {
    status: 200,
    providerMessageId: MESSAGE_ID,
    body: (id) =>
      JSON.stringify({
        data: { id, to: [{ phone_number: REQUEST.to, status: 'queued' }], text: REQUEST.body, errors: [] },
      }),
  },
  unreadableSuccess: unknown('http_200'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    row(400, '40001', rejected('telnyx_40001')),
    row(400, '40300', rejected('telnyx_40300')),
    row(403, '40300', rejected('telnyx_40300')),
    row(400, '40310', rejected('telnyx_40310')),
    row(429, '10011', throttled('telnyx_10011')),
    row(429, '40300', throttled('telnyx_40300')),
    row(422, '40318', throttled('telnyx_40318')),
    [
      '422 with code 40318 and Retry-After',
      { status: 422, headers: { 'retry-after': '4' }, body: errorBody('40318') },
      throttled('telnyx_40318', 4_000),
    ],
    row(401, '10009', fault('telnyx_10009', true)),
    row(403, '10010', fault('telnyx_10010', true)),
    row(404, '10005', fault('telnyx_10005', true)),
    row(400, '10015', fault('telnyx_10015', true)),
    row(422, '10002', fault('telnyx_10002', true)),
    row(403, '20100', fault('telnyx_20100', true)),
    row(400, '40305', fault('telnyx_40305', true)),
    row(400, '40309', fault('telnyx_40309', true)),
    row(400, '40322', fault('telnyx_40322', true)),
    row(400, '49999', fault('telnyx_49999', false)),
    row(401, '49999', fault('telnyx_49999', true)),
    row(500, '10007', unknown('telnyx_10007')),
    row(408, '10008', unknown('telnyx_10008')),
    row(503, '40300', transient('telnyx_40300')),
    ...['queued', 'sending', 'sent', 'delivered', 'delivery_unconfirmed'].map((status) =>
      message(status, [], accepted(MESSAGE_ID)),
    ),
    ...['sending_failed', 'delivery_failed', 'expired', 'cancelled'].map((status) =>
      message(status, [], fault('telnyx_failed', false)),
    ),
    message('queued', [{ title: REQUEST.body }], fault('telnyx_failed', false)),
    message('queued', [{ code: '40300' }], rejected('telnyx_40300')),
    message('sending_failed', [{ code: '40305' }], fault('telnyx_40305', true)),
    message('sending_failed', [{ code: '40318' }], throttled('telnyx_40318')),
    message('queued', [{ code: '10007' }], unknown('telnyx_10007')),
    message('queued', [], unknown('http_200'), null),
    [
      '200 with errors and no message',
      { status: 200, body: errorBody('20100') },
      fault('telnyx_20100', true),
    ],
    [
      'the sample of developers.telnyx.com/docs/messaging/messages/message-detail-records, as it is when it is sent',
      {
        status: 200,
        body: JSON.stringify({
          data: {
            record_type: 'message',
            id: '834f3d53-8a3c-4aa0-a733-7f2d682a72df',
            direction: 'outbound',
            type: 'SMS',
            messaging_profile_id: '16fd2706-8baf-433b-82eb-8c7fada847da',
            from: { phone_number: '+18445550001', carrier: 'Telnyx', line_type: 'VoIP' },
            to: [{ phone_number: '+18665550002', status: 'queued' }],
            text: 'Hello, World!',
            webhook_url: 'https://www.example.com/hooks',
            use_profile_webhooks: false,
            parts: 1,
            errors: [],
          },
        }),
      },
      accepted('834f3d53-8a3c-4aa0-a733-7f2d682a72df'),
    ],
    ['408', { status: 408 }, transient('http_408')],
    ['a code that is text', { status: 400, body: errorBody(REQUEST.body) }, fault('http_400', false)],
    ['a code that is no text', { status: 400, body: errorBody(40300) }, fault('http_400', false)],
    ['no errors', { status: 400, body: errorBody() }, fault('http_400', false)],
    ['the request', { status: 422, body: JSON.stringify(ECHO) }, fault('http_422', false)],
  ],
});
