import type { Receipt } from '@sms-gateway/contract';
import type { Provider, SendRequest, SendResult } from '../provider.ts';
import { type BindState, keepBound, type SmppEvent } from './bind.ts';
import { createMessageIds } from './message-ids.ts';
import { readCString } from './pdu.ts';
import { readDelivery } from './receipt.ts';
import type { RequestOutcome } from './session.ts';
import { classifyStatus, INVALID_BIND_STATUS } from './status.ts';
import { sourceAddress, submitFields } from './submit.ts';
import { untilAborted } from './until-aborted.ts';

export type { SmppEvent } from './bind.ts';

export type SmppProviderOptions = {
  host: string;
  port: number;
  tls: boolean;
  /** PEM of the authorities to trust in place of Node's own. */
  ca?: string | undefined;
  systemId: string;
  password: string;
  systemType: string;
  /** A number in E.164, a short code or an alphanumeric sender ID. */
  from: string;
  /** Requests that may be unanswered at once. */
  windowSize: number;
  /** Takes a receipt; where it rejects, the SMSC is asked to repeat the receipt. */
  onReceipt: (receipt: Receipt) => Promise<void>;
  onEvent?: (event: SmppEvent) => void;
  /** Epoch milliseconds. */
  now?: () => number;
  /** From 0 up to 1. */
  random?: () => number;
  connectTimeoutMs?: number;
  respondTimeoutMs?: number;
  enquireIntervalMs?: number;
  unbindTimeoutMs?: number;
};

const ESME_ROK = 0x00;
const ESME_RX_T_APPN = 0x64;

/**
 * Sends over one SMPP 3.4 session, bound as transceiver from now on until `close`, which takes up to
 * `unbindTimeoutMs` to say goodbye. While no session is bound an attempt is `transient` with `smpp_not_bound` at
 * once, or `provider_fault` where the SMSC refuses the credentials; only the very first bind is waited for.
 *
 * A text in several parts is submitted part by part. A refusal of the first part is the result; one of a later part
 * leaves `unknown`, since the handset may show what it has.
 *
 * Throws if a field of the configuration cannot be written as SMPP does, without repeating it.
 */
export function createSmppProvider({
  onReceipt,
  onEvent = () => {},
  now = Date.now,
  random = Math.random,
  connectTimeoutMs = 3_000,
  respondTimeoutMs = 10_000,
  enquireIntervalMs = 30_000,
  unbindTimeoutMs = 1_000,
  ...config
}: SmppProviderOptions): Provider {
  for (const key of ['systemId', 'password', 'systemType'] as const) {
    if (!/^[\x20-\x7e]*$/.test(config[key])) throw new TypeError(`smpp: ${key} is not printable ASCII`);
  }
  if (!sourceAddress(config.from))
    throw new TypeError('smpp: from is not 1 to 20 characters of printable ASCII');

  const ids = createMessageIds();
  let reference = Math.floor(random() * 256);
  let isClosed = false;

  const bind = keepBound({
    ...config,
    connectTimeoutMs,
    respondTimeoutMs,
    enquireIntervalMs,
    unbindTimeoutMs,
    now,
    random,
    onEvent,
    onDeliver,
  });

  async function onDeliver(body: Buffer): Promise<number> {
    const delivery = readDelivery(body);
    if (delivery.kind === 'unreadable') onEvent({ event: 'receipt_unreadable' });
    if (delivery.kind !== 'receipt') return ESME_ROK;
    const { receipt } = delivery;
    try {
      await onReceipt({ ...receipt, providerMessageId: ids.resolve(receipt.providerMessageId) });
      return ESME_ROK;
    } catch {
      onEvent({ event: 'receipt_refused' });
      return ESME_RX_T_APPN;
    }
  }

  async function submit(request: SendRequest, state: BindState, signal: AbortSignal): Promise<SendResult> {
    if (isClosed) return transient('client_closed');
    if (state.kind === 'refused') return fault('smpp_bind_refused');
    if (state.kind === 'not_bound') return transient('smpp_not_bound');

    reference = (reference + 1) % 256;
    const parts = submitFields({ ...request, sender: request.sender ?? config.from }, reference);
    if (!parts) return fault('invalid_sender');

    let first: SendResult | undefined;
    for (const part of parts) {
      const outcome = await state.session.submit(part, signal);
      if (outcome.kind === 'answer' && outcome.status === INVALID_BIND_STATUS) void state.session.unbind();
      const result = classifyOutcome(outcome, request);
      if (result.kind === 'accepted') first ??= result;
      else if (first)
        return { kind: 'unknown', code: result.kind === 'unknown' ? result.code : 'smpp_partly_accepted' };
      else return result;
    }
    if (first?.kind === 'accepted' && first.providerMessageId !== undefined)
      ids.remember(first.providerMessageId);
    return first ?? fault('invalid_request');
  }

  return {
    name: 'smpp',
    receipts: 'connection',
    async send(request, signal) {
      const state = await untilAborted(bind.firstAttempt.then(bind.state), signal);
      return state ? submit(request, state, signal) : transient('aborted');
    },
    async close() {
      isClosed = true;
      await bind.close();
    },
  };
}

function classifyOutcome(outcome: RequestOutcome, request: SendRequest): SendResult {
  if (outcome.kind === 'not_sent') return transient(outcome.code);
  if (outcome.kind === 'no_answer') return { kind: 'unknown', code: outcome.code };
  if (outcome.status !== ESME_ROK) return classifyStatus(outcome.status);
  if (outcome.isNack) return { kind: 'unknown', code: 'answer_malformed' };
  return { kind: 'accepted', providerMessageId: messageIdIn(outcome.body, request) };
}

/** The id ends up in traces and logs, so one that repeats the text or the number is not taken for an id. */
function messageIdIn(answer: Buffer, { to, body }: SendRequest): string | undefined {
  const { value: id } = readCString(answer, 0);
  if (!/^[\x21-\x7e]{1,64}$/.test(id)) return undefined;
  return id.includes(body) || id.includes(to.slice(1)) ? undefined : id;
}

function transient(code: string): SendResult {
  return { kind: 'transient', code, retryAfterMs: undefined };
}

function fault(code: string): SendResult {
  return { kind: 'provider_fault', code, isRecognised: true };
}
