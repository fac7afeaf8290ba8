import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { SignJWT } from 'jose';
import { statusCallback } from '../../packages/bench/src/proofs/twilio-callbacks.ts';

/** What a receipt reports. */
export type Said = 'sent' | 'delivered' | 'undelivered';
type Call = { headers: Record<string, string>; body: string };

/** How one provider accepts messages and calls back, by its documentation, with secrets that the gateway knows. */
export type ReceiptCaller = {
  name: string;
  env: (apiUrl: string) => Record<string, string>;
  /** The documented answer that accepts a message under this id. */
  accept: (id: string) => { status: number; body: object };
  /** An id in the provider's form; undefined if it uses our message id. */
  newId: ((count: number) => string) | undefined;
  /** The callback URL in a request to send. */
  callbackIn: (body: string) => string;
  /** The documented receipt, signed for this URL. */
  receipt: (url: string, id: string, said: Said) => Promise<Call> | Call;
  /** Whether its receipts are signed, and so accepted without our reference in their URL. */
  isSigned: boolean;
};

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const json = (body: string): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const hex = (count: number, length: number) => count.toString(16).padStart(length, '0');
const uuid = (count: number) => `40385f64-5717-4562-b3fc-${hex(count, 12)}`;
const nowSeconds = () => Math.floor(Date.now() / 1000);

const TWILIO = { sid: `AC${'0a'.repeat(16)}`, authToken: 'auth-token-of-twilio' };
const twilio: ReceiptCaller = {
  name: 'twilio',
  isSigned: true,
  env: (apiUrl) => ({
    TWILIO_ACCOUNT_SID: TWILIO.sid,
    TWILIO_AUTH_TOKEN: TWILIO.authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_API_URL: apiUrl,
  }),
  newId: (count) => `SM${hex(count, 32)}`,
  accept: (sid) => ({ status: 201, body: { sid, status: 'queued', error_code: null } }),
  callbackIn: (body) => new URLSearchParams(body).get('StatusCallback') ?? '',
  // twilio.com/docs/messaging/guides/track-outbound-message-status
  receipt: (url, id, said) => {
    const { headers, body } = statusCallback(TWILIO, url, {
      MessageSid: id,
      SmsSid: id,
      MessageStatus: said,
      SmsStatus: said,
      From: '+15005550006',
      ApiVersion: '2010-04-01',
      ...(said === 'delivered' && { RawDlrDoneDate: '2611280700' }),
      ...(said === 'undelivered' && { ErrorCode: '30003' }),
    });
    return { headers: { ...FORM_TYPE, ...headers }, body: body.toString() };
  },
};

const VONAGE_SECRET = 'the-signature-secret-of-the-vonage-account';
const vonage: ReceiptCaller = {
  name: 'vonage',
  isSigned: true,
  env: (apiUrl) => ({
    VONAGE_API_KEY: 'abcd1234',
    VONAGE_API_SECRET: 'secret-of-vonage',
    VONAGE_FROM: 'AcmeInc',
    VONAGE_SIGNATURE_SECRET: VONAGE_SECRET,
    VONAGE_API_URL: apiUrl,
  }),
  newId: (count) => `0A${hex(count, 14).toUpperCase()}`,
  accept: (id) => ({
    status: 200,
    body: {
      'message-count': '1',
      messages: [{ to: '447700900000', 'message-id': id, status: '0', network: '12345' }],
    },
  }),
  callbackIn: (body) => new URLSearchParams(body).get('callback') ?? '',
  // Nexmo/api-specification, definitions/sms.yml, DeliveryReceipt
  receipt: async (_url, messageId, said) => {
    const body = JSON.stringify({
      msisdn: '447700900000',
      to: 'AcmeInc',
      'network-code': '12345',
      messageId,
      price: '0.03330000',
      status: { sent: 'accepted', delivered: 'delivered', undelivered: 'failed' }[said],
      scts: '2001011400',
      'err-code': said === 'undelivered' ? '6' : '0',
      'api-key': 'abcd1234',
      'message-timestamp': '2020-01-01 12:00:00',
    });
    const payload_hash = createHash('sha256').update(body).digest('hex');
    const token = await new SignJWT({ iss: 'Vonage', api_key: 'abcd1234', iat: nowSeconds(), payload_hash })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(Buffer.from(VONAGE_SECRET));
    return { headers: { ...JSON_TYPE, authorization: `Bearer ${token}` }, body };
  },
};

const TELNYX_KEYS = generateKeyPairSync('ed25519');
const telnyx: ReceiptCaller = {
  name: 'telnyx',
  isSigned: true,
  env: (apiUrl) => ({
    TELNYX_API_KEY: 'key-of-telnyx',
    TELNYX_FROM: '+18445550001',
    TELNYX_PUBLIC_KEY: TELNYX_KEYS.publicKey
      .export({ format: 'der', type: 'spki' })
      .subarray(-32)
      .toString('base64'),
    TELNYX_API_URL: apiUrl,
  }),
  newId: uuid,
  accept: (id) => ({
    status: 200,
    body: { data: { id, to: [{ phone_number: '+18665550001', status: 'queued' }], errors: [] } },
  }),
  callbackIn: (body) => text(json(body)['webhook_url']),
  // developers.telnyx.com/docs/messaging/messages/receiving-webhooks
  receipt: (_url, id, said) => {
    const body = JSON.stringify({
      data: {
        event_type: said === 'sent' ? 'message.sent' : 'message.finalized',
        id: '4ee8c3a6-4995-4309-a3c6-38e3db9ea4be',
        occurred_at: '2019-12-09T21:32:14.148+00:00',
        payload: {
          id,
          direction: 'outbound',
          to: [
            {
              phone_number: '+18665550001',
              status: said === 'undelivered' ? 'delivery_failed' : said,
            },
          ],
          errors: said === 'undelivered' ? [{ code: '40008', title: 'Undeliverable' }] : [],
        },
        record_type: 'event',
      },
    });
    const timestamp = String(nowSeconds());
    const signature = sign(null, Buffer.from(`${timestamp}|${body}`), TELNYX_KEYS.privateKey);
    return {
      headers: {
        ...JSON_TYPE,
        'telnyx-timestamp': timestamp,
        'telnyx-signature-ed25519': signature.toString('base64'),
      },
      body,
    };
  },
};

const SINCH_SECRET = 'webhook-secret-of-sinch';
const sinch: ReceiptCaller = {
  name: 'sinch',
  isSigned: true,
  env: (apiUrl) => ({
    SINCH_SERVICE_PLAN_ID: 'jd63jf88477ll',
    SINCH_API_TOKEN: 'token-of-sinch',
    SINCH_FROM: '+15551231234',
    SINCH_WEBHOOK_SECRET: SINCH_SECRET,
    SINCH_API_URL: apiUrl,
  }),
  // Of older service plans; the newer ones are ULIDs.
  newId: (count) => `3SD49KIOW8${hex(count, 6)}`,
  accept: (id) => ({ status: 201, body: { id, to: ['15551231234'], canceled: false, type: 'mt_text' } }),
  callbackIn: (body) => text(json(body)['callback_url']),
  // developers.sinch.com/docs/sms/api-reference/sms/webhooks, recipient_delivery_report_sms
  receipt: (_url, batch_id, said) => {
    const [status, code] = {
      sent: ['Dispatched', 401],
      delivered: ['Delivered', 0],
      undelivered: ['Failed', 408],
    }[said];
    const body = JSON.stringify({
      at: '2024-10-25T10:02:42.148Z',
      batch_id,
      code,
      recipient: '15551231234',
      status,
      type: 'recipient_delivery_report_sms',
    });
    const [nonce, timestamp] = ['01FJA8B4A7BM43YGWSG9GBV067', String(nowSeconds())];
    return {
      headers: {
        ...JSON_TYPE,
        'x-sinch-webhook-signature': createHmac('sha256', SINCH_SECRET)
          .update(`${body}.${nonce}.${timestamp}`)
          .digest('base64'),
        'x-sinch-webhook-signature-nonce': nonce,
        'x-sinch-webhook-signature-timestamp': timestamp,
        'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
      },
      body,
    };
  },
};

const infobip: ReceiptCaller = {
  name: 'infobip',
  isSigned: false,
  env: (apiUrl) => ({ INFOBIP_BASE_URL: apiUrl, INFOBIP_API_KEY: 'key-of-infobip', INFOBIP_FROM: 'Acme' }),
  newId: undefined,
  accept: (messageId) => ({
    status: 200,
    body: { messages: [{ messageId, status: { groupId: 1, groupName: 'PENDING', id: 26 } }] },
  }),
  callbackIn: (body) => /"url":"([^"]+)"/.exec(body)?.[1] ?? '',
  // infobip.com/docs/api/channels/sms, Receive outbound SMS message reports
  receipt: (_url, messageId, said) => {
    const status = {
      sent: { groupId: 1, groupName: 'PENDING', id: 7, name: 'PENDING_ENROUTE' },
      delivered: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' },
      undelivered: { groupId: 2, groupName: 'UNDELIVERABLE', id: 9, name: 'UNDELIVERABLE_NOT_DELIVERED' },
    }[said];
    const error = { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', permanent: false };
    return {
      headers: JSON_TYPE,
      body: JSON.stringify({ results: [{ bulkId: 'BULK-1', messageId, to: '41793026727', status, error }] }),
    };
  },
};

const PLIVO_TOKEN = 'auth-token-of-plivo';
const plivo: ReceiptCaller = {
  name: 'plivo',
  isSigned: true,
  env: (apiUrl) => ({
    PLIVO_AUTH_ID: 'MA0123456789ABCDEFGH',
    PLIVO_AUTH_TOKEN: PLIVO_TOKEN,
    PLIVO_FROM: '+14155550100',
    PLIVO_API_URL: apiUrl,
  }),
  newId: (count) => `db3ce55a-7f1d-11e1-8ea7-${hex(count, 12)}`,
  accept: (id) => ({
    status: 202,
    body: {
      api_id: 'db342550-7f1d-11e1-8ea7-1231380bc196',
      message: 'message(s) queued',
      message_uuid: [id],
    },
  }),
  callbackIn: (body) => text(json(body)['url']),
  // docs.plivo.com/docs/messaging/api/message/message-status-callbacks; signature V3 as in plivo 4.79
  receipt: (url, id, said) => {
    const fields: Record<string, string> = {
      MessageUUID: id,
      ParentMessageUUID: id,
      To: '14155550123',
      From: '14155550100',
      Type: 'sms',
      Status: said,
      Units: '1',
      TotalRate: '0.00500',
      TotalAmount: '0.00500',
      MCC: '310',
      MNC: '004',
      Sequence: '3',
      ...(said === 'undelivered' && { ErrorCode: '90' }),
    };
    const signed = Object.keys(fields)
      .toSorted()
      .map((name) => `${name}${fields[name]}`)
      .join('');
    const nonce = '12345678901234567890';
    return {
      headers: {
        ...FORM_TYPE,
        'x-plivo-signature-v3': createHmac('sha256', PLIVO_TOKEN)
          .update(`${url}?${signed}.${nonce}`)
          .digest('base64'),
        'x-plivo-signature-v3-nonce': nonce,
      },
      body: new URLSearchParams(fields).toString(),
    };
  },
};

/** Every provider whose receipts come by HTTP. */
export const RECEIPT_CALLERS: readonly ReceiptCaller[] = [infobip, plivo, sinch, telnyx, twilio, vonage];
