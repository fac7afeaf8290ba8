import {
  ACCOUNT_ID,
  accepted,
  describeConformance,
  fault,
  NOW_MS,
  REQUEST,
  type Row,
  SECRET,
  throttled,
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createSinchProvider } from './sinch.ts';

const row = (status: number, code: unknown, expected: Row[2]): Row => [
  `${status} with code ${String(code)}`,
  { status, body: JSON.stringify({ code, text: `${REQUEST.body} ${SECRET}` }) },
  expected,
];

describeConformance({
  name: 'sinch',
  create: (url) =>
    createSinchProvider({
      servicePlanId: ACCOUNT_ID,
      apiToken: SECRET,
      region: 'eu',
      from: '+14155550100',
      apiUrl: url,
      now: () => NOW_MS,
    }),
  accepted: {
    status: 201,
    providerMessageId: '01FC66621XXXXX119Z8PMV1QPQ',
    body: (id) => JSON.stringify({ id, to: [REQUEST.to.slice(1)], body: REQUEST.body, canceled: false }),
  },
  unreadableSuccess: unknown('http_201'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    row(400, 'syntax_invalid_json', fault('sinch_syntax_invalid_json', true)),
    row(400, 'syntax_constraint_violation', fault('sinch_syntax_constraint_violation', true)),
    row(400, 'syntax_invalid_parameter_format', fault('sinch_syntax_invalid_parameter_format', false)),
    row(403, 'blocked_account', fault('sinch_blocked_account', true)),
    row(403, 'illegal_number_type', fault('sinch_illegal_number_type', true)),
    row(403, 'missing_callback_url', fault('sinch_missing_callback_url', true)),
    row(403, 'unknown_campaign', fault('sinch_unknown_campaign', true)),
    row(403, 'unknown_group', fault('sinch_unknown_group', true)),
    row(400, REQUEST.body, fault('http_400', false)),
    row(400, 42, fault('http_400', false)),
    row(429, 'blocked_account', throttled('sinch_blocked_account')),
    [
      // @sinch/sms 1.4.0, TextResponse: whether the batch has been canceled.
      '201 for a canceled batch',
      { status: 201, body: '{"id":"01FC66621XXXXX119Z8PMV1QPQ","canceled":true}' },
      fault('sinch_canceled', false),
    ],
    ['201 without an id', { status: 201, body: '{"canceled":false}' }, unknown('http_201')],
    [
      'the sample of developers.sinch.com/docs/sms/api-reference/sms/batches',
      {
        status: 201,
        body: JSON.stringify({
          id: '01FC66621XXXXX119Z8PMV1QPQ',
          to: ['15551231234', '15551256344'],
          from: '15551231234',
          canceled: false,
          body: 'Hi ${name}! How are you?',
          type: 'mt_text',
          created_at: '2019-08-24T14:15:22Z',
          modified_at: '2019-08-24T14:15:22Z',
          delivery_report: 'none',
          send_at: '2019-08-24T14:15:22Z',
          expire_at: '2019-08-24T14:15:22Z',
          callback_url: 'http://example.com/callback',
          flash_message: false,
        }),
      },
      accepted('01FC66621XXXXX119Z8PMV1QPQ'),
    ],
    [
      "an older service plan's id of 16 characters",
      { status: 201, body: '{"id":"3SD49KIOW8lL1Z5E","canceled":false}' },
      accepted('3SD49KIOW8lL1Z5E'),
    ],
    ['404', { status: 404 }, fault('http_404', true)],
    ['408', { status: 408 }, transient('http_408')],
  ],
});
