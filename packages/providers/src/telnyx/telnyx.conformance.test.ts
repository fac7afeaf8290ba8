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

const errorBody = (...codes: unknown[]) =>
  JSON.stringify({ errors: codes.map((code) => ({ code, title: REQUEST.body, detail: SECRET })) });

const row = (status: number, code: string, expected: Row[2]): Row => [
  `${status} with code ${code}`,
  { status, body: errorBody(code) },
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
    providerMessageId: '40385f64-5717-4562-b3fc-2c963f66afa6',
    body: (id) =>
      JSON.stringify({
        data: { id, to: [{ phone_number: REQUEST.to, status: 'queued' }], text: REQUEST.body, errors: [] },
      }),
  },
  unreadableSuccess: accepted(),
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
    ['408', { status: 408 }, transient('http_408')],
    ['a code that is text', { status: 400, body: errorBody(REQUEST.body) }, fault('http_400', false)],
    ['a code that is no text', { status: 400, body: errorBody(40300) }, fault('http_400', false)],
    ['no errors', { status: 400, body: errorBody() }, fault('http_400', false)],
    ['the request', { status: 422, body: JSON.stringify(ECHO) }, fault('http_422', false)],
  ],
});
