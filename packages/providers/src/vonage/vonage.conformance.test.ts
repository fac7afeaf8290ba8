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
    [
      '200 for two parts',
      { status: 200, body: parts('0', '0') },
      { kind: 'accepted', providerMessageId: MESSAGE_ID, partIds: [`${MESSAGE_ID}1`] },
    ],
    [
      '200 for a part and none for the next',
      { status: 200, body: parts('0', '1') },
      unknown('vonage_partial'),
    ],
    ['200 for the second part only', { status: 200, body: parts('1', '0') }, unknown('vonage_partial')],
    ['200 for two of three parts', { status: 200, body: parts('0', '0', '7') }, unknown('vonage_partial')],
    ['200 for no part of two', { status: 200, body: parts('9', '1') }, fault('vonage_9', true)],
    [
      '200 that leaves out a part',
      { status: 200, body: parts('0').replace('"1"', '"2"') },
      unknown('vonage_partial'),
    ],
    [
      '200 with a status that is a number',
      { status: 200, body: '{"messages":[{"status":9}]}' },
      fault('vonage_9', true),
    ],
    ['200 with status 0 and no id', { status: 200, body: '{"messages":[{"status":"0"}]}' }, accepted()],
    ['200 without a status', { status: 200, body: '{"messages":[{}]}' }, unknown('vonage_status_unreadable')],
    [
      'the sample of vonage-node-sdk (packages/sms/__tests__/__dataSets__/sms.ts)',
      {
        status: 200,
        body: JSON.stringify({
          'message-count': 1,
          messages: [
            {
              to: '14152739164',
              'message-id': '986ebc8e-46de-4f80-88e4-21d4c5d0c0a6',
              status: '0',
              'remaining-balance': '0.42',
              'message-price': '0.84',
              network: '123456',
            },
          ],
        }),
      },
      accepted('986ebc8e-46de-4f80-88e4-21d4c5d0c0a6'),
    ],
    [
      'the partial error of vonage-node-sdk',
      {
        status: 200,
        body: JSON.stringify({
          'message-count': 2,
          messages: [
            { to: '14152739164', 'message-id': '986ebc8e-46de-4f80-88e4-21d4c5d0c0a6', status: '0' },
            { status: '1', 'error-text': 'Too many requests' },
          ],
        }),
      },
      unknown('vonage_partial'),
    ],
    [
      'the sample of Nexmo/api-specification (definitions/sms.yml, SMS)',
      {
        status: 200,
        body: JSON.stringify({
          'message-count': '1',
          messages: [
            {
              to: '447700900000',
              'message-id': '0A0000000123ABCD1',
              status: '0',
              'remaining-balance': '3.14159265',
              'message-price': '0.03330000',
              network: '12345',
              'account-ref': 'customer1234',
            },
          ],
        }),
      },
      accepted('0A0000000123ABCD1'),
    ],
    [
      'the error of Nexmo/api-specification (definitions/sms.yml, Error)',
      {
        status: 200,
        body: '{"message-count":"1","messages":[{"status":"2","error-text":"Missing to param"}]}',
      },
      fault('vonage_2', true),
    ],
    ['200 with no message', { status: 200, body: parts() }, unknown('http_200')],
    ['400 with the request', { status: 400, body: JSON.stringify(ECHO) }, fault('http_400', false)],
  ],
});
