import type { Socket } from 'node:net';
import { type NoAnswerCode, noAnswerCode } from '../failure-code.ts';
import { BIND, encodeBody, type Fields, MESSAGE_ID } from './body.ts';
import {
  type AnsweredCommand,
  type BindCommand,
  COMMAND_ID,
  createPduReader,
  encodePdu,
  isResponse,
  type Pdu,
  type RequestCommand,
  responseId,
} from './pdu.ts';
import { ESME_RINVCMDID } from './status.ts';
import { untilAborted } from './until-aborted.ts';
import { createSendWindow } from './window.ts';

/**
 * What became of one request.
 *
 * - `answer`: the SMSC's response to it, or its generic_nack.
 * - `not_sent`: certainly not written.
 * - `no_answer`: handed to the socket, so the SMSC may have acted on it.
 */
export type RequestOutcome =
  | RequestAnswer
  | { kind: 'not_sent'; code: 'aborted' | 'smpp_not_bound' }
  | { kind: 'no_answer'; code: NoAnswerCode };

export type RequestAnswer = { kind: 'answer'; isNack: boolean; status: number; body: Buffer };

export type SessionOptions = {
  /** Requests that may be unanswered at once. */
  windowSize: number;
  /** How long a response may take: the response timer of SMPP 3.4 §7.2. */
  respondTimeoutMs: number;
  /** How often the peer is asked whether it is there: the enquire_link timer of §7.2. */
  enquireIntervalMs: number;
  /** How long an unbind, ours or the SMSC's, may take before the socket is dropped. */
  unbindTimeoutMs: number;
  /** Takes a deliver_sm or data_sm and says the command_status to answer. Never rejects. */
  onDeliver: (delivery: Delivery) => Promise<number>;
  /** Sees each response that belongs to no request, such as a second one, or a generic_nack without its number. */
  onStrayAnswer?: (answer: Pick<Pdu, 'commandId' | 'status'>) => void;
  /** Sees every PDU as it goes or comes. */
  onPdu?: ((direction: 'sent' | 'received', pdu: Pdu) => void) | undefined;
};

export type Delivery = { command: 'deliver_sm' | 'data_sm'; body: Buffer };

export type Session = {
  /** Delivery receipts come over a receiver or a transceiver only. */
  bind(command: BindCommand, fields: Fields): Promise<RequestOutcome>;
  /**
   * Writes one submit_sm within the window. Settles as soon as `signal` is aborted. Never rejects. An answer that arrives
   * after that, within `LATE_ANSWER_MS`, goes to `onLateAnswer`.
   */
  submit(
    body: Buffer,
    signal: AbortSignal,
    onLateAnswer?: (answer: RequestAnswer) => void,
  ): Promise<RequestOutcome>;
  /** Accepts no more requests, unbinds, and ends within `unbindTimeoutMs`. */
  unbind(): Promise<void>;
  /** Drops the socket; unanswered requests end as `no_answer` with this code. */
  end(code: NoAnswerCode): void;
  /** Resolves with the reason once the session is over. */
  ended: Promise<NoAnswerCode>;
};

const MAX_SEQUENCE = 0x7fff_ffff;
/** Milliseconds after the response timer for which an answer still says something of use. */
export const LATE_ANSWER_MS = 600_000;

/**
 * One session over a connected socket. It ends, together with every unanswered request, when the socket closes, when the
 * SMSC unbinds, when the stream loses its framing, or when nothing arrives while an enquire_link waits for its answer.
 */
export function createSession(socket: Socket, options: SessionOptions): Session {
  const {
    windowSize,
    respondTimeoutMs,
    enquireIntervalMs,
    unbindTimeoutMs,
    onDeliver,
    onStrayAnswer,
    onPdu,
  } = options;
  const pending = new Map<number, { expects: number; settle: (outcome: RequestOutcome) => void }>();
  const window = createSendWindow(windowSize);
  const readPdus = createPduReader();
  let resolveEnded!: (code: NoAnswerCode) => void;
  const ended = new Promise<NoAnswerCode>((resolve) => {
    resolveEnded = resolve;
  });
  let isTaking = true;
  let isLeaving = false;
  let isEnded = false;
  let sequence = 0;
  let receivedCount = 0;
  let dropTimer: NodeJS.Timeout | undefined;
  const enquireTimer = setInterval(() => void enquire(), enquireIntervalMs);

  function end(cause: NoAnswerCode) {
    if (isEnded) return;
    isEnded = true;
    // Some SMSCs close the socket instead of answering an unbind.
    const code = isLeaving ? 'client_closed' : cause;
    clearInterval(enquireTimer);
    clearTimeout(dropTimer);
    stopTaking();
    socket.destroy();
    for (const { settle } of pending.values()) settle({ kind: 'no_answer', code });
    resolveEnded(code);
  }

  function stopTaking() {
    isTaking = false;
    window.close();
  }

  // A place in the window is freed by the response, by the timer, or by the end of the session.
  function exchange(
    command: RequestCommand,
    body: Buffer = Buffer.alloc(0),
    timeoutMs = respondTimeoutMs,
    onLateAnswer: (answer: RequestAnswer) => void = () => {},
  ) {
    if (!isTaking || !socket.writable) {
      return Promise.resolve<RequestOutcome>({ kind: 'not_sent', code: 'smpp_not_bound' });
    }
    sequence = nextSequence();
    const ours = sequence;
    return new Promise<RequestOutcome>((resolve) => {
      const forget = (timer: NodeJS.Timeout) => {
        clearTimeout(timer);
        pending.delete(ours);
      };
      const timer = setTimeout(() => {
        resolve({ kind: 'no_answer', code: 'answer_timeout' });
        const lateTimer = setTimeout(() => pending.delete(ours), LATE_ANSWER_MS).unref();
        const settle = (outcome: RequestOutcome) => {
          forget(lateTimer);
          if (outcome.kind === 'answer') onLateAnswer(outcome);
        };
        pending.set(ours, { expects: responseId(command), settle });
      }, timeoutMs);
      const settle = (outcome: RequestOutcome) => {
        forget(timer);
        resolve(outcome);
      };
      pending.set(ours, { expects: responseId(command), settle });
      write({ commandId: COMMAND_ID[command], status: 0, sequence: ours, body });
    });
  }

  function write(pdu: Pdu) {
    onPdu?.('sent', pdu);
    socket.write(encodePdu(pdu));
  }

  // §3.2: from 1 to 7FFFFFFF, in steps of one; a number that is still in use is passed over.
  function nextSequence(): number {
    let next = sequence;
    do next = next >= MAX_SEQUENCE ? 1 : next + 1;
    while (pending.has(next));
    return next;
  }

  async function enquire() {
    const before = receivedCount;
    const outcome = await exchange('enquire_link');
    // Anything else that arrived proves it too: some SMSCs do not know enquire_link.
    if (outcome.kind === 'no_answer' && receivedCount === before) end(outcome.code);
  }

  function receive(pdu: Pdu) {
    receivedCount += 1;
    onPdu?.('received', pdu);
    if (isResponse(pdu)) receiveResponse(pdu);
    else if (pdu.commandId === COMMAND_ID.enquire_link) respond('enquire_link', pdu);
    else if (pdu.commandId === COMMAND_ID.deliver_sm) void receiveDelivery('deliver_sm', pdu);
    else if (pdu.commandId === COMMAND_ID.data_sm) void receiveDelivery('data_sm', pdu);
    else if (pdu.commandId === COMMAND_ID.unbind) receiveUnbind(pdu);
    // alert_notification is the one request without a response (§4.12).
    else if (pdu.commandId !== COMMAND_ID.alert_notification) {
      reply(pdu, { commandId: COMMAND_ID.generic_nack, status: ESME_RINVCMDID });
    }
  }

  function receiveResponse({ commandId, status, sequence: theirs, body }: Pdu) {
    const isNack = commandId === COMMAND_ID.generic_nack;
    const request = pending.get(theirs);
    if (request && (isNack || commandId === request.expects)) {
      request.settle({ kind: 'answer', isNack, status, body });
    } else {
      onStrayAnswer?.({ commandId, status });
    }
  }

  async function receiveDelivery(command: Delivery['command'], pdu: Pdu) {
    respond(command, pdu, await onDeliver({ command, body: pdu.body }));
  }

  function receiveUnbind(pdu: Pdu) {
    respond('unbind', pdu);
    stopTaking();
    socket.end();
    dropTimer ??= setTimeout(() => end('connection_closed'), unbindTimeoutMs);
  }

  function respond(command: AnsweredCommand, pdu: Pdu, status = 0) {
    // These responses have a message_id, which is unused (§4.6.2).
    const body = command === 'deliver_sm' || command === 'data_sm' ? encodeBody(MESSAGE_ID, {}) : undefined;
    reply(pdu, { commandId: responseId(command), status, ...(body && { body }) });
  }

  function reply({ sequence: theirs }: Pdu, answer: Pick<Pdu, 'commandId' | 'status'> & { body?: Buffer }) {
    if (socket.writable) write({ body: Buffer.alloc(0), ...answer, sequence: theirs });
  }

  socket.on('data', (chunk: Buffer) => {
    if (isEnded) return;
    const { pdus, isBroken } = readPdus(chunk);
    for (const pdu of pdus) receive(pdu);
    if (isBroken) end('answer_malformed');
  });
  socket.on('error', (error) => end(noAnswerCode(error)));
  socket.on('end', () => end('connection_closed'));
  socket.on('close', () => end('connection_closed'));

  return {
    bind: (command, fields) => exchange(command, encodeBody(BIND, fields)),
    async submit(body, signal, onLateAnswer = () => {}) {
      const entry = await window.take(signal);
      if (entry === 'aborted') return { kind: 'not_sent', code: 'aborted' };
      if (entry === 'closed') return { kind: 'not_sent', code: 'smpp_not_bound' };
      if (signal.aborted) {
        window.release();
        return { kind: 'not_sent', code: 'aborted' };
      }
      const exchanged = exchange('submit_sm', body, respondTimeoutMs, onLateAnswer);
      void exchanged.then(() => window.release());
      const outcome = await untilAborted(exchanged, signal);
      if (outcome) return outcome;
      const passOn = async () => {
        const late = await exchanged;
        if (late.kind === 'answer') onLateAnswer(late);
      };
      void passOn();
      return { kind: 'no_answer', code: 'aborted' };
    },
    async unbind() {
      isLeaving = true;
      const saidGoodbye = exchange('unbind', undefined, unbindTimeoutMs);
      stopTaking();
      await saidGoodbye;
      end('client_closed');
    },
    end,
    ended,
  };
}
