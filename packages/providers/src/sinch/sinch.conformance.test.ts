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
  unreadableSuccess: accepted(),
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
    ['404', { status: 404 }, fault('http_404', true)],
    ['408', { status: 408 }, transient('http_408')],
  ],
});
