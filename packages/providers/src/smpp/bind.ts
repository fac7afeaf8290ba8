import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBody, BIND_RESPONSE, type Fields, TLV } from './body.ts';
import { connectSocket, type ConnectOptions, type SmscAddress } from './connect.ts';
import type { BindCommand } from './pdu.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';
import { isBindRefusal, statusCode, statusName } from './status.ts';

/** What happens to a session, for logs. Holds no secret and nothing of a message. */
export type BindEvent = { bind: BindCommand; host: string; port: number } & (
  | { event: 'bound'; smscVersion: number | undefined }
  /** `retryInMs`: when the next attempt follows, at the next of several hosts. */
  | ({ event: 'bind_failed'; retryInMs: number } & BindFailure)
  /** `code`: why a session that was bound is over. */
  | { event: 'session_ended'; code: string }
);

export type BindFailure = {
  /** Why no session could be bound: `connect_refused`, `smpp_0x0e`. */
  code: string;
  /** The status that the SMSC answered, by name: `ESME_RINVPASWD`. */
  status?: string;
  /** The SMSC refuses the credentials; repeating the bind does not help. */
  isRefused?: boolean;
};

export type BindState = { kind: 'bound'; session: Session } | ({ kind: 'not_bound' } & BindFailure);

export type Bind = {
  state: () => BindState;
  /** Resolves after the first attempt to bind at each host, or the first that succeeds. Never rejects. */
  firstAttempt: Promise<void>;
  close(): Promise<void>;
};

export type BindOptions = Omit<ConnectOptions, keyof SmscAddress> &
  SessionOptions & {
    /** In order of preference. */
    hosts: readonly SmscAddress[];
    command: BindCommand;
    /** Of the bind (SMPP 3.4 §4.1.1). */
    fields: Fields;
    random: () => number;
    now: () => number;
    onEvent: (event: BindEvent) => void;
  };

export type Opened =
  | { kind: 'bound'; session: Session; systemId: string; smscVersion: number | undefined }
  | ({ kind: 'failed' } & BindFailure);

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Keeps one session bound until it is closed, at the first host that accepts the bind. After a session of less than 30 s
 * the next host comes first, because some hosts accept a bind and drop it. After all hosts have failed, and after such a
 * session, it waits with full jitter, doubling from 0.5 s to at most 30 s. If a host refused the credentials, it waits 15
 * to 30 s: repeating does not help, and some SMSCs lock accounts for it.
 */
export function keepBound(options: BindOptions): Bind {
  const { hosts, command, random, now, onEvent } = options;
  const closing = new AbortController();
  let state: BindState = { kind: 'not_bound', code: 'smpp_not_bound' };
  let finishFirstAttempt!: () => void;
  const firstAttempt = new Promise<void>((resolve) => {
    finishFirstAttempt = resolve;
  });

  async function run() {
    let failures = 0;
    let startAt = 0;
    while (!closing.signal.aborted) {
      const { lastedMs, index } = await runRound(failures, startAt);
      const hasLasted = lastedMs !== undefined && lastedMs >= MAX_DELAY_MS;
      failures = hasLasted ? 0 : failures + 1;
      startAt = hasLasted || lastedMs === undefined ? 0 : (index + 1) % hosts.length;
      // A round in which every host failed has waited already.
      if (lastedMs !== undefined) await pause(delayMs(failures));
    }
    finishFirstAttempt();
  }

  /** Tries each host once, from `startAt` on. `lastedMs`: how long the session lasted; undefined if no host was bound. */
  async function runRound(
    failures: number,
    startAt: number,
  ): Promise<{ lastedMs: number | undefined; index: number }> {
    let isRefused = false;
    const order = [...hosts.entries()];
    const turned = [...order.slice(startAt), ...order.slice(0, startAt)];
    for (const [tried, [index, address]] of turned.entries()) {
      const opened = await openSession({ ...options, ...address }, closing.signal);
      const where = { bind: command, host: address.host, port: address.port };
      if (opened.kind === 'bound') return { lastedMs: await runSession(opened, where), index };
      if (closing.signal.aborted) break;
      isRefused ||= opened.isRefused === true;
      const isLast = tried === hosts.length - 1;
      const retryInMs = !isLast ? 0 : isRefused ? MAX_DELAY_MS * (0.5 + random() / 2) : delayMs(failures + 1);
      const { kind: _kind, ...failure } = opened;
      state = { kind: 'not_bound', ...failure };
      onEvent({ event: 'bind_failed', ...where, ...failure, retryInMs: Math.round(retryInMs) });
      if (!isLast) continue;
      finishFirstAttempt();
      await pause(retryInMs);
    }
    return { lastedMs: undefined, index: 0 };
  }

  async function runSession(
    { session, smscVersion }: Opened & { kind: 'bound' },
    where: Pick<BindEvent, 'bind' | 'host' | 'port'>,
  ): Promise<number> {
    if (closing.signal.aborted) session.end('client_closed');
    const boundAtMs = now();
    state = { kind: 'bound', session };
    finishFirstAttempt();
    onEvent({ event: 'bound', ...where, smscVersion });
    const code = await session.ended;
    state = { kind: 'not_bound', code };
    onEvent({ event: 'session_ended', ...where, code });
    return now() - boundAtMs;
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

/** Connects and binds once. The session of a bind that was not taken is over. Never rejects. */
export async function openSession(
  options: ConnectOptions & SessionOptions & Pick<BindOptions, 'command' | 'fields'>,
  signal: AbortSignal,
): Promise<Opened> {
  const connected = await connectSocket(options, signal);
  if (connected.kind === 'failed') return connected;

  const session = createSession(connected.socket, options);
  const abort = () => session.end('client_closed');
  signal.addEventListener('abort', abort, { once: true });
  const answer = await session.bind(options.command, options.fields);
  signal.removeEventListener('abort', abort);

  if (answer.kind === 'answer' && !answer.isNack && answer.status === 0) {
    const response = decodeBody(BIND_RESPONSE, answer.body);
    return {
      kind: 'bound',
      session,
      systemId: String(response?.fields['system_id'] ?? ''),
      smscVersion: response?.tlvs.get(TLV.scInterfaceVersion)?.at(0),
    };
  }
  session.end('client_closed');
  if (answer.kind !== 'answer') return { kind: 'failed', code: answer.code };
  return {
    kind: 'failed',
    code: statusCode(answer.status),
    status: statusName(answer.status),
    isRefused: isBindRefusal(answer.status),
  };
}
