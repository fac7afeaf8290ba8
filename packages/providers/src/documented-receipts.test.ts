import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { createInfobipReceipts } from './infobip/infobip-receipts.ts';
import type { ReceiptRequest } from './receipt-reader.ts';
import { createSinchReceipts } from './sinch/sinch-receipts.ts';
import { createTelnyxReceipts } from './telnyx/telnyx-receipts.ts';

// Samples as the providers' own pages have them, shortened where a field says nothing about the delivery.

const NOW_MS = Date.UTC(2026, 10, 28);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const rawKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

function requestWith(body: object): ReceiptRequest {
  const rawBody = Buffer.from(JSON.stringify(body));
  const timestamp = String(NOW_MS / 1000);
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), rawBody]);
  return {
    method: 'POST',
    url: 'https://sms.example.com/v1/receipts/any/reference',
    headers: {
      'telnyx-timestamp': timestamp,
      'telnyx-signature-ed25519': sign(null, signed, privateKey).toString('base64'),
    },
    rawBody,
    hasReference: true,
    now: NOW_MS,
  };
}

const sinch = createSinchReceipts({});
const infobip = createInfobipReceipts();
const telnyx = createTelnyxReceipts({ publicKeys: [rawKey] });

test.each([
  {
    source: 'developers.sinch.com/docs/sms/tutorials/node-sdk/delivery-reports/get-for-number',
    read: sinch,
    body: {
      at: '2024-06-07T14:03:26.536Z',
      batch_id: '01J06CY78GZ2F74YZNNH2VBWR6',
      code: 401,
      recipient: '447..3',
      status: 'Dispatched',
      type: 'recipient_delivery_report_sms',
    },
    receipt: { providerMessageId: '01J06CY78GZ2F74YZNNH2VBWR6', status: 'sent' },
  },
  {
    source: 'developers.sinch.com/docs/sms/tutorials/python-sdk/delivery-reports/get-for-number',
    read: sinch,
    body: {
      at: '2024-10-25T10:02:42.148Z',
      batch_id: '01JB1J1M5BM5XQ8Q0ZWBM44E14',
      code: 0,
      recipient: '447..3',
      status: 'Delivered',
      operator_status_at: '2024-10-25T10:02:00Z',
      type: 'recipient_delivery_report_sms',
    },
    receipt: { providerMessageId: '01JB1J1M5BM5XQ8Q0ZWBM44E14', status: 'delivered' },
  },
  {
    source: 'infobip.com/docs/developer-resources/api-fundamentals/message-status-codes',
    read: infobip,
    body: {
      results: [
        {
          messageId: 'msg_1',
          status: {
            groupId: 3,
            groupName: 'DELIVERED',
            id: 5,
            name: 'DELIVERED_TO_HANDSET',
            description: 'Message delivered to handset',
          },
        },
      ],
    },
    receipt: { providerMessageId: 'msg_1', status: 'delivered' },
  },
  {
    source: 'developers.telnyx.com/api-reference/callbacks/delivery-update',
    read: telnyx,
    body: {
      data: {
        record_type: 'event',
        id: '86f58db9-0fe3-4adc-9d1f-46e66e6e9323',
        event_type: 'message.sent',
        occurred_at: '2019-01-23T18:10:02.574Z',
        payload: {
          record_type: 'message',
          direction: 'outbound',
          id: '40385f64-5717-4562-b3fc-2c963f66afa6',
          from: { phone_number: '+18445550001', carrier: 'TELNYX LLC', line_type: 'VoIP' },
          to: [
            {
              phone_number: '+18665550001',
              status: 'queued',
              carrier: 'T-MOBILE USA, INC.',
              line_type: 'Wireless',
            },
          ],
          text: 'Hello, World!',
          encoding: 'GSM-7',
          parts: 1,
          cost: { amount: '0.0051', currency: 'USD' },
        },
      },
    },
    receipt: { providerMessageId: '40385f64-5717-4562-b3fc-2c963f66afa6', status: 'sent' },
  },
])('reads the sample of $source', async ({ read, body, receipt }) => {
  expect(await read(requestWith(body))).toMatchObject({ kind: 'receipts', receipts: [receipt] });
});
