import { setTimeout as sleep } from 'node:timers/promises';
import { connectSocket, type ConnectOptions } from './connect.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';
import { BIND_REFUSALS, statusCode } from './status.ts';

/** What happens to the session, for logs. Holds no secret and nothing of a message. */
export type SmppEvent =
  | { event: 'bound' }
  /** `code`: why no session could be bound; `retryInMs`: when the next attempt follows. */
  | { event: 'bind_failed'; code: string; retryInMs: number }
  /** `code`: why a session that was bound is over. */
  | { event: 'session_ended'; code: string }
  /** A delivery receipt of no form known here; it is acknowledged and dropped. */
  | { event: 'receipt_unreadable' }
  /** A delivery receipt could not be stored; the SMSC is asked to repeat it. */
  | { event: 'receipt_refused' };

/** The bound session; else whether the SMSC refuses our credentials, or there is just none now. */
export type BindState = { kind: 'bound'; session: Session } | { kind: 'refused' } | { kind: 'not_bound' };

export type Bind = {
  state: () => BindState;
  /** Resolves once the first attempt to bind came to an end, whichever. Never rejects. */
  firstAttempt: Promise<void>;
  close(): Promise<void>;
};

type Options = ConnectOptions &
  SessionOptions & {
    systemId: string;
    password: string;
    systemType: string;
    random: () => number;
    now: () => number;
    onEvent: (event: SmppEvent) => void;
  };

type Opened =
  | { kind: 'bound'; session: Session }
  | { kind: 'refused'; code: string }
  | { kind: 'failed'; code: string };

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
const INTERFACE_VERSION_3_4 = 0x34;

/**
 * Keeps one session bound as transceiver (SMPP 3.4 §4.1.5) until it is closed. After a failed attempt, and after a
 * session that lasted less than 30 s, it waits with full jitter, doubling from 0.5 s to at most 30 s; after a refusal
 * of the credentials, which repeating does not cure and which some SMSCs lock accounts for, 15 to 30 s.
 */
export function keepBound(options: Options): Bind {
  const { random, now, onEvent } = options;
  const closing = new AbortController();
  let state: BindState = { kind: 'not_bound' };
  let finishFirstAttempt!: () => void;
  const firstAttempt = new Promise<void>((resolve) => {
    finishFirstAttempt = resolve;
  });

  async function run() {
    let failures = 0;
    while (!closing.signal.aborted) {
      const opened = await openSession(options, closing.signal);
      if (opened.kind === 'bound') {
        if (closing.signal.aborted) opened.session.end('client_closed');
        const boundAtMs = now();
        state = opened;
        finishFirstAttempt();
        onEvent({ event: 'bound' });
        const code = await opened.session.ended;
        state = { kind: 'not_bound' };
        onEvent({ event: 'session_ended', code });
        failures = now() - boundAtMs < MAX_DELAY_MS ? failures + 1 : 0;
        await pause(delayMs(failures));
        continue;
      }
      if (closing.signal.aborted) break;
      failures++;
      const isRefused = opened.kind === 'refused';
      const retryInMs = isRefused ? MAX_DELAY_MS * (0.5 + random() / 2) : delayMs(failures);
      state = { kind: isRefused ? 'refused' : 'not_bound' };
      onEvent({ event: 'bind_failed', code: opened.code, retryInMs: Math.round(retryInMs) });
      finishFirstAttempt();
      await pause(retryInMs);
    }
    finishFirstAttempt();
  }

  function delayMs(failures: number): number {
    return random() * Math.min(BASE_DELAY_MS * 2 ** Math.max(failures - 1, 0), MAX_DELAY_MS);
  }

  async function pause(ms: number) {
    await sleep(ms, undefined, { signal: closing.signal }).catch(() => {});
  }

  const running = run();
  return {
    state: () => state,
    firstAttempt,
    async close() {
      const leaving = state.kind === 'bound' ? state.session.unbind() : undefined;
      closing.abort();
      await leaving;
      await running;
    },
  };
}

async function openSession(options: Options, signal: AbortSignal): Promise<Opened> {
  const connected = await connectSocket(options, signal);
  if (connected.kind === 'failed') return connected;

  const session = createSession(connected.socket, options);
  const abort = () => session.end('client_closed');
  signal.addEventListener('abort', abort, { once: true });
  const answer = await session.bind({
    system_id: options.systemId,
    password: options.password,
    system_type: options.systemType,
    interface_version: INTERFACE_VERSION_3_4,
  });
  signal.removeEventListener('abort', abort);

  if (answer.kind === 'answer' && !answer.isNack && answer.status === 0) return { kind: 'bound', session };
  session.end('client_closed');
  if (answer.kind !== 'answer') return { kind: 'failed', code: answer.code };
  return { kind: BIND_REFUSALS.has(answer.status) ? 'refused' : 'failed', code: statusCode(answer.status) };
}
