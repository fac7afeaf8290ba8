import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '@sms-gateway/contract';
import type {
  LateResult,
  Provider,
  ProviderEvent,
  ReceiptMatch,
  SendRequest,
  SendResult,
} from '../provider.ts';
import { sourceAddress } from './address.ts';
import { type Credentials, keepAllBound } from './binds.ts';
import type { SmscAddress } from './connect.ts';
import type { SmppDialect } from './dialect.ts';
import { severityOf, type SmppEvent } from './events.ts';
import { createIdForms } from './id-forms.ts';
import type { SmppMemory } from './memory.ts';
import { acceptedAs, classifyAnswer, classifyOutcome, fault, transient } from './part-result.ts';
import { type PartResult, submitInParts } from './parts.ts';
import { commandName } from './pdu.ts';
import { createReceiver } from './receiver.ts';
import { ESME_RINVBNDSTS, statusName } from './status.ts';
import { type SubmitParts, submitParts } from './submit.ts';
import { untilAborted } from './until-aborted.ts';

export type SmppConfig = Credentials & {
  /** The centre's hosts, in order of preference. */
  hosts: readonly SmscAddress[];
  /** The hosts where the receiver binds, if not at `hosts`. */
  receiverHosts?: readonly SmscAddress[];
  /** PEM of the authorities to trust in place of Node's own. */
  ca?: string | undefined;
  /** A number in E.164, a short code or an alphanumeric sender ID. */
  from: string;
  /** Requests that may be unanswered at once. */
  windowSize: number;
  enquireIntervalMs: number;
  /** How long the SMSC may take to answer; 10 s if not given. */
  respondTimeoutMs?: number;
  dialect: SmppDialect;
};

export type SmppProviderOptions = SmppConfig & {
  /** `smpp`, or `smpp:` and the name of one of several binds. */
  name?: string;
  memory: SmppMemory;
  /** Takes a receipt; where it rejects, the SMSC is asked to repeat the receipt. */
  onReceipt: (receipt: Receipt) => Promise<ReceiptMatch | undefined>;
  onLateResult: (late: LateResult) => Promise<void>;
  onEvent?: (event: SmppEvent & ProviderEvent) => void;
  /** Epoch milliseconds. */
  now?: () => number;
  /** From 0 up to 1. */
  random?: () => number;
  connectTimeoutMs?: number;
  /** How long messages wait for the first session. */
  firstBindTimeoutMs?: number;
  unbindTimeoutMs?: number;
};

/** How long a receipt without a readable id is shown as a problem, in milliseconds. */
const UNREAD_MS = 60_000;

/**
 * Sends over a session that is kept bound from now on until `close`, which may take `unbindTimeoutMs`. While no session
 * is bound, an attempt is `transient` with `smpp_not_bound` at once, or `provider_fault` if the SMSC refuses the
 * credentials. Messages wait only for the first bind, up to `firstBindTimeoutMs`.
 *
 * Throws if a field of the configuration cannot be written in SMPP, without repeating its value.
 */
export function createSmppProvider({
  name = 'smpp',
  memory,
  onReceipt,
  onLateResult,
  onEvent: tell = () => {},
  now = Date.now,
  random = Math.random,
  connectTimeoutMs = 3_000,
  respondTimeoutMs = 10_000,
  firstBindTimeoutMs = 3_000,
  unbindTimeoutMs = 1_000,
  ...config
}: SmppProviderOptions): Provider {
  const { dialect, hosts } = config;
  for (const key of ['systemId', 'password', 'systemType'] as const) {
    if (!/^[\x20-\x7e]*$/.test(config[key])) throw new TypeError(`smpp: ${key} is not printable ASCII`);
  }
  if (!sourceAddress(config.from, dialect))
    throw new TypeError('smpp: from is not 1 to 20 characters of printable ASCII');

  let unread: { form: string; untilMs: number } | undefined;
  const onEvent = (event: SmppEvent) => {
    if (event.event === 'receipt_unreadable') {
      unread = { form: event.shape.form ?? '', untilMs: now() + UNREAD_MS };
    }
    tell({ ...event, severity: severityOf(event) });
  };
  const scope = `${hosts[0]?.host}:${hosts[0]?.port}`;
  const ids = createIdForms({
    scope,
    configured: dialect.messageIds,
    onLearnt: (form) => {
      onEvent({ event: 'id_form_learnt', form });
      memory.noteIdForm(scope, form).catch(() => {});
    },
  });
  memory.idForm(scope).then(ids.recall, () => {});
  const accepted = (acknowledged: ReadonlyMap<number, string>) =>
    acceptedAs(acknowledged, ids, dialect.receiptParts);

  let isClosed = false;
  const firstBindWait = sleep(firstBindTimeoutMs, undefined, { ref: false });
  const binds = keepAllBound(dialect, config, {
    ...config,
    connectTimeoutMs,
    respondTimeoutMs,
    unbindTimeoutMs,
    now,
    random,
    onEvent,
    onDeliver: createReceiver({ ids, mark: dialect.receiptMark, onReceipt, onEvent }),
    onStrayAnswer: ({ commandId, status }) =>
      onEvent({ event: 'answer_unmatched', command: commandName(commandId), status: statusName(status) }),
  });

  async function send(request: SendRequest, signal: AbortSignal): Promise<SendResult> {
    const { to, body, sender = config.from, validitySeconds, registration } = request;
    const validUntilMs = now() + validitySeconds * 1000;
    const parts = submitParts({ to, body, sender, validUntilMs, registration }, dialect);
    if (!parts) return fault('invalid_sender');
    const submitPart = (number: number, reference: number) =>
      submitOne({ request, parts, number, reference }, signal);

    if (parts.total === 1) {
      const result = await submitPart(1, 0);
      return result.kind === 'accepted' ? accepted(new Map([[1, result.smscId]])) : result;
    }
    const options = { messageId: request.id, parts, memory, submitPart, random };
    const result = await submitInParts(options, signal);
    return result.kind === 'accepted' ? accepted(result.acknowledged) : result;
  }

  type Part = { request: SendRequest; parts: SubmitParts; number: number; reference: number };

  async function submitOne(part: Part, signal: AbortSignal): Promise<PartResult> {
    if (isClosed) return transient('client_closed');
    const state = binds.state();
    if (state.kind === 'not_bound') {
      return state.isRefused === true ? fault('smpp_bind_refused') : transient('smpp_not_bound');
    }
    const { request, parts, number, reference } = part;
    const outcome = await state.session.submit(parts.body(number, reference, now()), signal, (answer) => {
      const late = classifyAnswer(answer, request);
      onEvent({ event: 'late_answer', result: late.kind });
      settle(part, late).catch(() => onEvent({ event: 'late_answer_lost', result: late.kind }));
    });
    if (outcome.kind === 'answer' && outcome.status === ESME_RINVBNDSTS) void state.session.unbind();
    return classifyOutcome(outcome, request);
  }

  /** Handles an answer that arrived after its part had been given up as unknown. */
  async function settle({ request, parts, number }: Part, late: PartResult): Promise<void> {
    if (late.kind !== 'accepted') return conclude(request, late);
    if (parts.total === 1) return conclude(request, accepted(new Map([[1, late.smscId]])));
    await memory.noteAcknowledged(request.id, number, late.smscId);
    const record = await memory.readParts(request.id);
    if (record?.acknowledged.size === parts.total) {
      await conclude(request, accepted(record.acknowledged));
    }
  }

  async function conclude({ id, attempt }: SendRequest, result: SendResult): Promise<void> {
    if (attempt !== undefined) await onLateResult({ messageId: id, attempt, result });
  }

  return {
    name,
    receipts: dialect.bindMode === 'transmitter' || dialect.registeredDelivery === 0 ? 'none' : 'connection',
    problem() {
      const ofBinds = binds.problem();
      if (ofBinds !== undefined || unread === undefined || now() >= unread.untilMs) return ofBinds;
      const reason = `a receipt came without an id that can be read: form="${unread.form}"`;
      return { reason, stopsSending: false };
    },
    async send(request, signal) {
      const waited = await untilAborted(
        Promise.race([binds.firstAttempt, firstBindWait]).then(binds.state),
        signal,
      );
      return waited ? send(request, signal) : transient('aborted');
    },
    /** Answers from the notes of the parts; a text in one part has none. */
    async lookup({ id }) {
      const record = await memory.readParts(id).catch(() => undefined);
      if (record === undefined || record.acknowledged.size < record.total) {
        return { kind: 'unanswered', code: 'parts_unanswered' };
      }
      return { ...accepted(record.acknowledged), kind: 'found' };
    },
    async close() {
      isClosed = true;
      await binds.close();
    },
  };
}
