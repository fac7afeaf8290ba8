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
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createVonageProvider } from './vonage.ts';

const MESSAGE_ID = '0A0000000123ABCD1';

const parts = (...statuses: string[]) =>
  JSON.stringify({
    'message-count': String(statuses.length),
    messages: statuses.map((status, index) => ({
      ...(status === '0'
        ? { to: REQUEST.to.slice(1), 'message-id': index === 0 ? MESSAGE_ID : `${MESSAGE_ID}${index}` }
        : { 'error-text': `${REQUEST.body} ${SECRET}` }),
      status,
    })),
  });

const row = (status: string, expected: Row[2]): Row => [
  `200 with status ${status}`,
  { status: 200, body: parts(status) },
  expected,
];

describeConformance({
  name: 'vonage',
  create: (url) =>
    createVonageProvider({
      apiKey: 'abcd1234',
      apiSecret: SECRET,
      from: 'Acme',
      apiUrl: url,
      now: () => NOW_MS,
    }),
  accepted: {
    status: 200,
    providerMessageId: MESSAGE_ID,
    body: (id) =>
      JSON.stringify({
        'message-count': '1',
        messages: [{ to: REQUEST.to.slice(1), 'message-id': id, status: '0', network: '12345' }],
      }),
  },
  unreadableSuccess: unknown('http_200'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    row('1', throttled('vonage_1')),
    row('10', throttled('vonage_10')),
    row('5', unknown('vonage_5')),
    row('7', rejected('vonage_7')),
    row('33', rejected('vonage_33')),
    ...['2', '3', '4', '6', '8', '9', '11', '12', '14', '15', '22', '23', '29', '32'].map((status) =>
      row(status, fault(`vonage_${status}`, true)),
    ),
    row('99', fault('vonage_99', false)),
    row(REQUEST.body, unknown('vonage_status_unreadable')),
    ['200 for two parts', { status: 200, body: parts('0', '0') }, accepted(MESSAGE_ID)],
    [
      '200 for a part and none for the next',
      { status: 200, body: parts('0', '1') },
      unknown('vonage_partial'),
    ],
    ['200 for the second part only', { status: 200, body: parts('1', '0') }, unknown('vonage_partial')],
    ['200 with no message', { status: 200, body: parts() }, unknown('http_200')],
    ['400 with the request', { status: 400, body: JSON.stringify(ECHO) }, fault('http_400', false)],
  ],
});
