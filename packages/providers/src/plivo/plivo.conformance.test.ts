import {
  ACCOUNT_ID,
  accepted,
  describeConformance,
  ECHO,
  fault,
  NOW_MS,
  REQUEST,
  SECRET,
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createPlivoProvider } from './plivo.ts';

const error = JSON.stringify({
  ...ECHO,
  api_id: '97ceeb52-58b6-11e1-86da-77300b68f8bb',
  error: REQUEST.body,
});

describeConformance({
  name: 'plivo',
  create: (url) =>
    createPlivoProvider({
      authId: ACCOUNT_ID,
      authToken: SECRET,
      sender: { from: '+14155550100' },
      apiUrl: url,
      now: () => NOW_MS,
    }),
  accepted: {
    status: 202,
    providerMessageId: 'db3ce55a-7f1d-11e1-8ea7-1231380bc196',
    body: (id) => JSON.stringify({ message: 'message(s) queued', message_uuid: [id], api_id: REQUEST.body }),
  },
  unreadableSuccess: unknown('http_202'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    ['400', { status: 400, body: error }, fault('http_400', false)],
    [
      '401 with a sentence',
      { status: 401, body: 'Could not verify your access level' },
      fault('http_401', true),
    ],
    ['402', { status: 402, body: error }, fault('http_402', false)],
    ['404', { status: 404, body: error }, fault('http_404', true)],
    ['405', { status: 405, body: error }, fault('http_405', true)],
    ['408', { status: 408 }, transient('http_408')],
    [
      '202 that leaves the recipient out',
      { status: 202, body: JSON.stringify({ message_uuid: [], invalid_number: ['14155550123'] }) },
      fault('plivo_invalid_number', true),
    ],
    ['202 with an empty list', { status: 202, body: '{"message_uuid":[]}' }, unknown('http_202')],
    ['202 with a list of nothing', { status: 202, body: '{"message_uuid":[null]}' }, unknown('http_202')],
    ['202 with an error and no id', { status: 202, body: error }, fault('plivo_error', false)],
    [
      '202 with one id, not in a list',
      { status: 202, body: '{"message_uuid":"db3ce55a"}' },
      accepted('db3ce55a'),
    ],
    [
      'the sample of docs.plivo.com/docs/messaging/api/response and of plivo-node 4.79 (lib/rest/request-test.js)',
      {
        status: 202,
        body: JSON.stringify({
          api_id: 'db342550-7f1d-11e1-8ea7-1231380bc196',
          message: 'message(s) queued',
          message_uuid: ['db3ce55a-7f1d-11e1-8ea7-1231380bc196'],
        }),
      },
      accepted('db3ce55a-7f1d-11e1-8ea7-1231380bc196'),
    ],
    [
      'the sample of plivo/plivo-node pull request 215, where another number was left out',
      {
        status: 202,
        body: JSON.stringify({
          api_id: 'db342550-7f1d-11e1-8ea7-1231380bc196',
          message: 'message(s) queued',
          message_uuid: ['db3ce55a-7f1d-11e1-8ea7-1231380bc196'],
          invalid_number: ['122'],
        }),
      },
      accepted('db3ce55a-7f1d-11e1-8ea7-1231380bc196'),
    ],
    [
      'the error of docs.plivo.com/docs/messaging/api/response',
      {
        status: 404,
        body: JSON.stringify({ api_id: '97ceeb52-58b6-11e1-86da-77300b68f8bb', error: 'not found' }),
      },
      fault('http_404', true),
    ],
    [
      'the error of plivo/plivo-node issue 222',
      {
        status: 400,
        body: JSON.stringify({
          api_id: 'a5169572-325d-11ec-8852-0242ac110005',
          error: "'1111111' is not a valid phone number.",
        }),
      },
      fault('http_400', false),
    ],
  ],
});
