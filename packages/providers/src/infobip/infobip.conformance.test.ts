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
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createInfobipProvider } from './infobip.ts';

const body = (status: object, messageId: string = REQUEST.id) =>
  JSON.stringify({
    bulkId: '2034072219640523072',
    messages: [{ messageId, destination: REQUEST.to.slice(1), status: { ...status, description: SECRET } }],
  });

const row = (groupId: number, id: number, expected: Row[2]): Row => [
  `200 with status ${id} of group ${groupId}`,
  { status: 200, body: body({ groupId, id, name: REQUEST.body }) },
  expected,
];

describeConformance({
  name: 'infobip',
  create: (url) =>
    createInfobipProvider({ baseUrl: url, apiKey: SECRET, from: '+14155550100', now: () => NOW_MS }),
  accepted: {
    status: 200,
    providerMessageId: REQUEST.id,
    body: (id) => body({ groupId: 1, groupName: 'PENDING', id: 26, name: 'PENDING_ACCEPTED' }, id),
  },
  unreadableSuccess: unknown('http_200'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    row(1, 7, accepted(REQUEST.id)),
    row(3, 2, accepted(REQUEST.id)),
    row(5, 23, accepted(REQUEST.id)),
    ...[8, 10, 14, 52].map((id) => row(5, id, rejected(`infobip_${id}`))),
    ...[6, 11, 12, 13, 17, 18, 19, 20, 21, 24, 25, 51, 87, 100].map((id) =>
      row(5, id, fault(`infobip_${id}`, true)),
    ),
    row(4, 87, fault('infobip_87', true)),
    row(2, 9, fault('infobip_9', false)),
    row(4, 15, fault('infobip_15', false)),
    row(5, 777, fault('infobip_777', false)),
    ['200 without a status', { status: 200, body: body({}) }, unknown('http_200')],
    ['200 without a group', { status: 200, body: body({ id: 8 }) }, unknown('http_200')],
    [
      '200 with an id that is text',
      { status: 200, body: body({ groupId: 5, id: SECRET }) },
      unknown('http_200'),
    ],
    row(0, 0, accepted(REQUEST.id)),
    [
      '200 that names our message second',
      {
        status: 200,
        body: JSON.stringify({
          messages: [
            { messageId: 'another', status: { groupId: 1, id: 26 } },
            { messageId: REQUEST.id, status: { groupId: 5, id: 12 } },
          ],
        }),
      },
      fault('infobip_12', true),
    ],
    [
      '200 with an error in place of messages',
      { status: 200, body: '{"requestError":{"serviceException":{"messageId":"UNAUTHORIZED"}}}' },
      unknown('http_200'),
    ],
    [
      'the sample of dev.infobip.com/send-sms/sms-api-response',
      {
        status: 200,
        body: JSON.stringify({
          messages: [
            {
              to: '41793026727',
              status: {
                id: 0,
                groupId: 0,
                groupName: 'ACCEPTED',
                name: 'MESSAGE_ACCEPTED',
                description: 'Message accepted',
              },
              smsCount: 1,
              messageId: '2250be2d4219-3af1-78856-aabe-1362af1edfd2',
            },
          ],
        }),
      },
      accepted(),
    ],
    ['200 with no message', { status: 200, body: '{"messages":[]}' }, unknown('http_200')],
    ['400 with the request', { status: 400, body: JSON.stringify(ECHO) }, fault('http_400', false)],
    ['408', { status: 408 }, transient('http_408')],
  ],
});
