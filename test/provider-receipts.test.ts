import { gatewayKeys } from '@sms-gateway/contract';
import { createTraceReader, type Trace } from '@sms-gateway/delivery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { writeConfig } from './support/config-file.ts';
import { createDisposal } from './support/disposal.ts';
import { PUBLIC_URL } from './support/fake-twilio.ts';
import { RECEIPT_CALLERS, type ReceiptCaller, type Said } from './support/receipt-callers.ts';
import { type Respond, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { series } from './support/series.ts';
import { type LocalService, startIngress, startWorker } from './support/services.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const names = RECEIPT_CALLERS.map(({ name }) => name);
/** Each provider has a connection of its own, which falls back to `http`. */
const CONFIG = `
routes:
${names.map((name) => `  ${name}: { providers: [${name}, http] }`).join('\n')}
connections:
${names.map((name) => `  ${name}: { secrets: [${SECRET}], audience: '${AUDIENCE}', route: ${name} }`).join('\n')}
`;

const stack = createDisposal();
afterAll(() => stack.dispose());
let ingress: LocalService;
let worker: LocalService;
let client: ReturnType<typeof openRedis>;
let lastId = 0;
/** Ids of the messages that were sent through `http`. */
const fallbacks: string[] = [];
/** What a provider was asked to send, by our message id; `release` answers it. */
const asked = new Map<
  string,
  { callback: string; id: string; release: () => void; respond: (status: number, body: object) => void }
>();
const heldBack = new Set<string>();
const newId = (caller: ReceiptCaller, ours = 'msg_0123456789abcdefghij-_') =>
  caller.newId?.(++lastId) ?? ours;
const bareUrlOf = ({ name }: ReceiptCaller) => `${PUBLIC_URL}/v1/receipts/${name}`;

/** One server for the APIs of all providers, each of which has its own path. */
const answer: Respond = (response, { path, body }) => {
  const caller = RECEIPT_CALLERS.find(({ name }) => path.startsWith(`/${name}/`));
  if (caller === undefined) {
    fallbacks.push((JSON.parse(body) as { id: string }).id);
    response.writeHead(200).end();
    return;
  }
  const callback = caller.callbackIn(body);
  const ours = callback.split('/').at(-1)?.split('.')[0] ?? '';
  const id = newId(caller, ours);
  const { status, body: accepted } = caller.accept(id);
  const respond = (code: number, content: object) =>
    void response.writeHead(code).end(JSON.stringify(content));
  const release = () => respond(status, accepted);
  asked.set(ours, { callback, id, release, respond });
  if (!heldBack.delete(caller.name)) release();
};

beforeAll(async () => {
  const redis = stack.use(await startTestRedis());
  const server = stack.use(await startScriptedProviderServer(answer));
  const file = stack.use(await writeConfig(CONFIG));
  client = stack.use(openRedis(redis.url));
  const env = {
    REDIS_URL: redis.url,
    GATEWAY_CONFIG: file.path,
    AUTH0_SECRET: '',
    AUTH0_AUDIENCE: '',
    PUBLIC_URL,
    PROVIDERS: 'http',
    HTTP_PROVIDER_URL: `${server.url}/http/sms`,
    HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    ...Object.assign({}, ...RECEIPT_CALLERS.map(({ name, env: of }) => of(`${server.url}/${name}`))),
  };
  ingress = stack.use(await startIngress(env));
  worker = stack.use(await startWorker(env));
  await until(async () => expect((await ingress.ready()).status).toBe(200));
});

const ignored = async (provider: string, reason: string) =>
  series(
    await ingress.metrics(),
    `gateway_receipts_ignored_total{provider="${provider}",reason="${reason}"}`,
  );
const counted = async (provider: string, said: string) =>
  series(await ingress.metrics(), `gateway_receipts_total{provider="${provider}",status="${said}"}`);

async function call(caller: ReceiptCaller, url: string, id: string, said: Said): Promise<number> {
  const { headers, body } = await caller.receipt(url, id, said);
  const response = await fetch(url.replace(PUBLIC_URL, ingress.url), { method: 'POST', headers, body });
  return response.status;
}

async function accept(caller: ReceiptCaller): Promise<string> {
  const answered = await postSms(ingress.url, {
    path: `/v1/connections/${caller.name}/sms`,
    body: { recipient: freshNumber() },
  });
  return String(answered.body['id']);
}

/** A message that the provider has accepted, and how to call back about it. */
async function sendBy(caller: ReceiptCaller) {
  const messageId = await accept(caller);
  await untilConcluded(client, messageId);
  const { callback, id } = asked.get(messageId) ?? expect.fail('nothing was sent');
  return { messageId, callback, id, say: (said: Said) => call(caller, callback, id, said) };
}

/** A message that the provider was asked to send, and has not answered yet. */
async function holdBack(caller: ReceiptCaller) {
  heldBack.add(caller.name);
  const messageId = await accept(caller);
  return { messageId, ...(await until(() => asked.get(messageId) ?? expect.fail('not sent'))) };
}

const untilTrace = (messageId: string, holds: (trace: Trace) => void) =>
  until(async () => {
    const trace = await createTraceReader({ redis: client }).read(messageId);
    holds(trace ?? expect.fail('no trace'));
  });
const untilReceipt = (messageId: string, status: string) =>
  untilTrace(messageId, ({ attempts }) => expect(attempts[0]?.receipt?.status).toBe(status));

test('every provider whose receipts come by HTTP is here', () => {
  const kinds = PROVIDERS.filter(({ receipts }) => receipts !== undefined).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(names);
});

describe.each(RECEIPT_CALLERS)('receipts of $name', (caller) => {
  const { name, isSigned } = caller;

  test('that arrive out of order leave the message delivered', async () => {
    const { messageId, say } = await sendBy(caller);

    expect([await say('delivered'), await say('sent'), await say('undelivered')]).toEqual([200, 200, 200]);

    await untilReceipt(messageId, 'delivered');
    expect(fallbacks).not.toContain(messageId);
  });

  test('that are repeated are counted once', async () => {
    const { messageId, say } = await sendBy(caller);
    const before = { counted: await counted(name, 'delivered'), repeated: await ignored(name, 'repeated') };

    expect(await Promise.all([say('delivered'), say('delivered'), say('delivered')])).toEqual([
      200, 200, 200,
    ]);

    await untilReceipt(messageId, 'delivered');
    expect(await counted(name, 'delivered')).toBe(before.counted + 1);
    expect(await ignored(name, 'repeated')).toBe(before.repeated + 2);
  });

  test('that report a failure send the code through the next provider, once', async () => {
    const { messageId, say } = await sendBy(caller);

    expect([await say('sent'), await say('undelivered'), await say('undelivered')]).toEqual([200, 200, 200]);

    await untilTrace(messageId, ({ attempts }) => expect(attempts[1]).toMatchObject({ result: 'accepted' }));
    expect(fallbacks.filter((id) => id === messageId)).toHaveLength(1);
  });

  test('that arrive before the answer to their own request are matched', async () => {
    const { messageId, callback, id, release } = await holdBack(caller);

    expect(await call(caller, callback, id, 'delivered')).toBe(200);
    release();

    await untilConcluded(client, messageId);
    await untilTrace(messageId, ({ attempts }) =>
      expect(attempts[0]).toMatchObject({ providerMessageId: id, receipt: { status: 'delivered' } }),
    );
  });

  test('that arrive after the trace has expired are accepted, counted and logged', async () => {
    const { messageId, id, say } = await sendBy(caller);
    const before = await ignored(name, 'unknown_message');
    await client.del(gatewayKeys.trace(messageId), gatewayKeys.providerMessage(name, id));

    expect(await say('delivered')).toBe(200);

    expect(await ignored(name, 'unknown_message')).toBe(before + 1);
    await ingress.untilLog(
      'receipt.entered',
      (line) => line['provider'] === name && line['entered'] === 'unknown_message',
    );
  });

  test('about an unknown message are accepted only if they are signed', async () => {
    const id = newId(caller);

    expect(await call(caller, bareUrlOf(caller), id, 'delivered')).toBe(isSigned ? 200 : 403);

    if (!isSigned) return;
    await ingress.untilLog(
      'receipt.entered',
      (line) => line['provider'] === name && line['entered'] === 'held',
    );
  });

  test('that name another message than their URL count only if they are signed', async () => {
    const { messageId, callback } = await sendBy(caller);
    const other = newId(caller);
    const before = await ignored(name, 'other_message');

    expect(await call(caller, callback, other, 'delivered')).toBe(200);

    // A signature proves that the provider means the message of the URL, in whatever form it writes the id.
    if (isSigned) await untilReceipt(messageId, 'delivered');
    else expect(await ignored(name, 'other_message')).toBe(before + 1);
  });
});

test.each(RECEIPT_CALLERS.filter(({ isSigned }) => isSigned))(
  'receipts of $name without our reference wait for their message',
  async (caller) => {
    const { messageId, id, release } = await holdBack(caller);
    const bareUrl = bareUrlOf(caller);

    expect(await call(caller, bareUrl, id, 'sent')).toBe(200);
    expect(await call(caller, bareUrl, id, 'delivered')).toBe(200);
    release();

    await untilConcluded(client, messageId);
    await untilReceipt(messageId, 'delivered');
    await worker.untilLog('receipt.entered', (line) => line['messageId'] === messageId);
  },
);

test("the receipt of a further part does not deliver the message, and the first part's does", async () => {
  const vonage = RECEIPT_CALLERS.find(({ name }) => name === 'vonage') ?? expect.fail('no vonage');
  const { messageId, callback, id, respond } = await holdBack(vonage);
  const parts = [id, `${id}-2`].map((part) => ({ 'message-id': part, status: '0' }));
  respond(200, { 'message-count': '2', messages: parts });
  await untilConcluded(client, messageId);

  await call(vonage, callback, `${id}-2`, 'delivered');
  await untilReceipt(messageId, 'sent');
  await call(vonage, callback, id, 'delivered');
  await untilReceipt(messageId, 'delivered');
});
