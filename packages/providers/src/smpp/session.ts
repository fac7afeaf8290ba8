import type { Socket } from 'node:net';
import { type NoAnswerCode, noAnswerCode } from '../failure-code.ts';
import {
  COMMAND_ID,
  createPduReader,
  encodePdu,
  isResponse,
  type Pdu,
  type RequestCommand,
  responseId,
} from './pdu.ts';
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
  | { kind: 'answer'; isNack: boolean; status: number; body: Buffer }
  | { kind: 'not_sent'; code: 'aborted' | 'smpp_not_bound' }
  | { kind: 'no_answer'; code: NoAnswerCode };

export type SessionOptions = {
  /** Requests that may be unanswered at once. */
  windowSize: number;
  /** How long a response may take: the response timer of SMPP 3.4 §7.2. */
  respondTimeoutMs: number;
  /** How often the peer is asked whether it is there: the enquire_link timer of §7.2. */
  enquireIntervalMs: number;
  /** How long an unbind, ours or the SMSC's, may take before the socket is dropped. */
  unbindTimeoutMs: number;
  /** Takes the body of a deliver_sm and says the command_status to answer. Never rejects. */
  onDeliver: (body: Buffer) => Promise<number>;
};

export type Session = {
  /** Delivery receipts come over a transceiver only. */
  bind(
    fields: Record<string, unknown>,
    as?: 'bind_transceiver' | 'bind_transmitter',
  ): Promise<RequestOutcome>;
  /** Writes one submit_sm within the window. Settles as soon as `signal` is aborted. Never rejects. */
  submit(fields: Record<string, unknown>, signal: AbortSignal): Promise<RequestOutcome>;
  /** Takes no more requests, says goodbye and ends within `unbindTimeoutMs`. */
  unbind(): Promise<void>;
  /** Drops the socket; what is unanswered ends as `no_answer` with this code. */
  end(code: NoAnswerCode): void;
  /** Resolves with the reason once the session is over. */
  ended: Promise<NoAnswerCode>;
};

const ESME_RINVCMDID = 0x03;
const MAX_SEQUENCE = 0x7fff_ffff;

/**
 * One session over a connected socket. It ends, and with it everything that is unanswered, when the socket does, when
 * the SMSC unbinds, when the stream loses its framing, or when an enquire_link goes unanswered.
 *
 * The library's own session is not used: at the end of a connection it forgets its callbacks, it has no response
 * timer and no window, and a reading error leaves it wedged with an open socket.
 */
export function createSession(socket: Socket, options: SessionOptions): Session {
  const { windowSize, respondTimeoutMs, enquireIntervalMs, unbindTimeoutMs, onDeliver } = options;
  const pending = new Map<number, { expects: number; settle: (outcome: RequestOutcome) => void }>();
  const window = createSendWindow(windowSize);
  const readPdus = createPduReader();
  let resolveEnded!: (code: NoAnswerCode) => void;
  const ended = new Promise<NoAnswerCode>((resolve) => {
    resolveEnded = resolve;
  });
  let isTaking = true;
  let isEnded = false;
  let sequence = 0;
  let dropTimer: NodeJS.Timeout | undefined;
  const enquireTimer = setInterval(() => void enquire(), enquireIntervalMs);

  function end(code: NoAnswerCode) {
    if (isEnded) return;
    isEnded = true;
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

  // A response of any age frees its place in the window; only the session's end and the timer do it otherwise.
  function exchange(command: RequestCommand, fields = {}, timeoutMs = respondTimeoutMs) {
    if (!isTaking || !socket.writable) {
      return Promise.resolve<RequestOutcome>({ kind: 'not_sent', code: 'smpp_not_bound' });
    }
    sequence = nextSequence();
    const ours = sequence;
    const bytes = encodePdu(command, ours, fields);
    return new Promise<RequestOutcome>((resolve) => {
      const timer = setTimeout(() => settle({ kind: 'no_answer', code: 'answer_timeout' }), timeoutMs);
      const settle = (outcome: RequestOutcome) => {
        clearTimeout(timer);
        pending.delete(ours);
        resolve(outcome);
      };
      pending.set(ours, { expects: responseId(command), settle });
      socket.write(bytes);
    });
  }

  // §3.2: from 1 to 7FFFFFFF, in steps of one; a number that is still in use is passed over.
  function nextSequence(): number {
    let next = sequence;
    do next = next >= MAX_SEQUENCE ? 1 : next + 1;
    while (pending.has(next));
    return next;
  }

  async function enquire() {
    const outcome = await exchange('enquire_link');
    if (outcome.kind === 'no_answer') end(outcome.code);
  }

  function receive(pdu: Pdu) {
    if (isResponse(pdu)) receiveResponse(pdu);
    else if (pdu.commandId === COMMAND_ID.enquire_link) respond('enquire_link_resp', pdu);
    else if (pdu.commandId === COMMAND_ID.deliver_sm) void receiveDelivery(pdu);
    else if (pdu.commandId === COMMAND_ID.unbind) receiveUnbind(pdu);
    // alert_notification is the one request without a response (§4.12).
    else if (pdu.commandId !== COMMAND_ID.alert_notification) respond('generic_nack', pdu, ESME_RINVCMDID);
  }

  function receiveResponse({ commandId, status, sequence: theirs, body }: Pdu) {
    const isNack = commandId === COMMAND_ID.generic_nack;
    const request = pending.get(theirs);
    if (request && (isNack || commandId === request.expects)) {
      request.settle({ kind: 'answer', isNack, status, body });
    }
  }

  async function receiveDelivery(pdu: Pdu) {
    respond('deliver_sm_resp', pdu, await onDeliver(pdu.body));
  }

  function receiveUnbind(pdu: Pdu) {
    respond('unbind_resp', pdu);
    stopTaking();
    socket.end();
    dropTimer ??= setTimeout(() => end('connection_closed'), unbindTimeoutMs);
  }

  function respond(command: Parameters<typeof encodePdu>[0], pdu: Pdu, status = 0) {
    if (socket.writable) socket.write(encodePdu(command, pdu.sequence, { command_status: status }));
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
    bind: (fields, as = 'bind_transceiver') => exchange(as, fields),
    async submit(fields, signal) {
      const entry = await window.take(signal);
      if (entry === 'aborted') return { kind: 'not_sent', code: 'aborted' };
      if (entry === 'closed') return { kind: 'not_sent', code: 'smpp_not_bound' };
      if (signal.aborted) {
        window.release();
        return { kind: 'not_sent', code: 'aborted' };
      }
      const exchanged = exchange('submit_sm', fields);
      void exchanged.then(() => window.release());
      return (await untilAborted(exchanged, signal)) ?? { kind: 'no_answer', code: 'aborted' };
    },
    async unbind() {
      const saidGoodbye = exchange('unbind', {}, unbindTimeoutMs);
      stopTaking();
      await saidGoodbye;
      end('client_closed');
    },
    end,
    ended,
  };
}
