import {
  ACCOUNT_ID,
  accepted,
  describeConformance,
  fault,
  NOW_MS,
  rejected,
  REQUEST,
  type Row,
  SECRET,
  throttled,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createAwsProvider } from './aws.ts';

const exception = (status: number, name: string, reason: string | undefined, expected: Row[2]): Row => [
  `${status} ${name} ${reason ?? ''}`,
  {
    status,
    body: JSON.stringify({
      __type: `com.amazonaws.smsvoicev2#${name}`,
      Message: `${REQUEST.body} ${REQUEST.to} ${SECRET} ${ACCOUNT_ID}`,
      Reason: reason,
    }),
  },
  expected,
];

describeConformance({
  name: 'aws',
  create: (url) =>
    createAwsProvider({
      region: 'eu-central-1',
      apiUrl: url,
      credentials: { accessKeyId: ACCOUNT_ID, secretAccessKey: SECRET },
      now: () => NOW_MS,
    }),
  accepted: {
    status: 200,
    providerMessageId: '40385f64-5717-4562-b3fc-2c963f66afa6',
    body: (id) => JSON.stringify({ MessageId: id }),
  },
  unreadableSuccess: unknown('http_200'),
  serverError: (status) => unknown(`http_${status}`),
  documented: [
    exception(400, 'ThrottlingException', undefined, throttled('aws_throttling')),
    exception(500, 'InternalServerException', undefined, unknown('http_500')),
    exception(500, 'ConflictException', 'DESTINATION_PHONE_NUMBER_OPTED_OUT', unknown('http_500')),
    exception(403, 'AccessDeniedException', undefined, fault('aws_access_denied', true)),
    exception(400, 'AccessDeniedException', 'ACCOUNT_DISABLED', fault('aws_account_disabled', true)),
    exception(
      400,
      'ServiceQuotaExceededException',
      'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT',
      fault('aws_monthly_spend_limit_reached_for_text', true),
    ),
    exception(
      400,
      'ConflictException',
      'DESTINATION_PHONE_NUMBER_OPTED_OUT',
      rejected('aws_destination_phone_number_opted_out'),
    ),
    exception(
      400,
      'ConflictException',
      'DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE',
      rejected('aws_destination_phone_number_blocked_by_protect_number_override'),
    ),
    exception(
      400,
      'ConflictException',
      'DESTINATION_PHONE_NUMBER_NOT_VERIFIED',
      fault('aws_destination_phone_number_not_verified', true),
    ),
    exception(
      400,
      'ConflictException',
      'NO_ORIGINATION_IDENTITIES_FOUND',
      fault('aws_no_origination_identities_found', true),
    ),
    exception(
      400,
      'ValidationException',
      'SENDER_ID_NOT_SUPPORTED',
      fault('aws_sender_id_not_supported', true),
    ),
    exception(400, 'ValidationException', 'INVALID_PARAMETER', fault('http_400', false)),
    exception(404, 'ResourceNotFoundException', undefined, fault('aws_resource_not_found', true)),
    exception(400, 'UnrecognizedClientException', undefined, fault('aws_unrecognized_client', true)),
    ['200 with an empty id', { status: 200, body: '{"MessageId":""}' }, unknown('http_200')],
    [
      'the form of docs.aws.amazon.com, SendTextMessage, with the id of its sample of an event',
      { status: 200, body: '{"MessageId":"862a8790-60c0-4430-9b2b-658bdexample"}' },
      accepted('862a8790-60c0-4430-9b2b-658bdexample'),
    ],
    [
      'the form of docs.aws.amazon.com, ConflictException',
      {
        status: 400,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify({
          __type: 'com.amazonaws.pinpointsmsvoicev2#ConflictException',
          Message: 'The destination phone number is opted out.',
          Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT',
          ResourceType: 'opted-out-number',
          ResourceId: REQUEST.to,
        }),
      },
      rejected('aws_destination_phone_number_opted_out'),
    ],
    exception(400, REQUEST.body, REQUEST.body, fault('http_400', false)),
  ],
});
