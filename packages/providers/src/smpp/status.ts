import type { SendResult } from '../provider.ts';

export const ESME_ROK = 0x00;
export const ESME_RINVCMDID = 0x03;
/** The SMSC does not consider the session bound. */
export const ESME_RINVBNDSTS = 0x04;
/** Asks for a deliver_sm again. */
export const ESME_RX_T_APPN = 0x64;

/** ESME_RINVPASWD, ESME_RINVSYSID. ESME_RBINDFAIL is also what a limit of binds is answered with. */
const BIND_REFUSALS: ReadonlySet<number> = new Set([0x0e, 0x0f]);

type Kind = Exclude<SendResult['kind'], 'accepted'>;

/**
 * SMPP 3.4 §5.1.3, table 5-2; 0x100 to 0x104 come from 5.0 (§4.7.6), and SMSCs of 3.4 use them as well. A status without a
 * kind is never the answer to a submit_sm.
 */
const STATUSES: ReadonlyMap<number, readonly [name: string, kind?: Kind]> = new Map<
  number,
  readonly [string, Kind?]
>([
  [0x00, ['ESME_ROK']],
  [0x01, ['ESME_RINVMSGLEN', 'provider_fault']],
  [0x02, ['ESME_RINVCMDLEN', 'provider_fault']],
  [0x03, ['ESME_RINVCMDID', 'provider_fault']],
  [0x04, ['ESME_RINVBNDSTS', 'transient']],
  [0x05, ['ESME_RALYBND', 'provider_fault']],
  [0x06, ['ESME_RINVPRTFLG', 'provider_fault']],
  [0x07, ['ESME_RINVREGDLVFLG', 'provider_fault']],
  [0x08, ['ESME_RSYSERR', 'transient']],
  [0x0a, ['ESME_RINVSRCADR', 'provider_fault']],
  [0x0b, ['ESME_RINVDSTADR', 'rejected']],
  [0x0c, ['ESME_RINVMSGID', 'provider_fault']],
  [0x0d, ['ESME_RBINDFAIL', 'provider_fault']],
  [0x0e, ['ESME_RINVPASWD', 'provider_fault']],
  [0x0f, ['ESME_RINVSYSID', 'provider_fault']],
  [0x11, ['ESME_RCANCELFAIL']],
  [0x13, ['ESME_RREPLACEFAIL']],
  [0x14, ['ESME_RMSGQFUL', 'throttled']],
  [0x15, ['ESME_RINVSERTYP', 'provider_fault']],
  [0x33, ['ESME_RINVNUMDESTS']],
  [0x34, ['ESME_RINVDLNAME']],
  [0x40, ['ESME_RINVDESTFLAG']],
  [0x42, ['ESME_RINVSUBREP']],
  [0x43, ['ESME_RINVESMCLASS', 'provider_fault']],
  [0x44, ['ESME_RCNTSUBDL']],
  [0x45, ['ESME_RSUBMITFAIL', 'provider_fault']],
  [0x48, ['ESME_RINVSRCTON', 'provider_fault']],
  [0x49, ['ESME_RINVSRCNPI', 'provider_fault']],
  [0x50, ['ESME_RINVDSTTON', 'provider_fault']], // ours is the same for every recipient
  [0x51, ['ESME_RINVDSTNPI', 'provider_fault']],
  [0x53, ['ESME_RINVSYSTYP', 'provider_fault']],
  [0x54, ['ESME_RINVREPFLAG', 'provider_fault']],
  [0x55, ['ESME_RINVNUMMSGS']],
  [0x58, ['ESME_RTHROTTLED', 'throttled']],
  [0x61, ['ESME_RINVSCHED', 'provider_fault']],
  [0x62, ['ESME_RINVEXPIRY', 'provider_fault']],
  [0x63, ['ESME_RINVDFTMSGID', 'provider_fault']],
  [0x64, ['ESME_RX_T_APPN', 'transient']],
  [0x65, ['ESME_RX_P_APPN', 'provider_fault']], // in practice the account, such as one without credit
  [0x66, ['ESME_RX_R_APPN', 'provider_fault']],
  [0x67, ['ESME_RQUERYFAIL']],
  [0xc0, ['ESME_RINVOPTPARSTREAM', 'provider_fault']],
  [0xc1, ['ESME_ROPTPARNOTALLWD', 'provider_fault']],
  [0xc2, ['ESME_RINVPARLEN', 'provider_fault']],
  [0xc3, ['ESME_RMISSINGOPTPARAM', 'provider_fault']],
  [0xc4, ['ESME_RINVOPTPARAMVAL', 'provider_fault']],
  [0xfe, ['ESME_RDELIVERYFAILURE', 'transient']],
  [0xff, ['ESME_RUNKNOWNERR', 'unknown']],
  [0x100, ['ESME_RSERTYPUNAUTH', 'provider_fault']],
  [0x101, ['ESME_RPROHIBITED', 'provider_fault']],
  [0x102, ['ESME_RSERTYPUNAVAIL', 'provider_fault']],
  [0x103, ['ESME_RSERTYPDENIED', 'provider_fault']],
  [0x104, ['ESME_RINVDCS', 'provider_fault']],
]);

/** A command_status as traces and metrics have it: `smpp_0x0b`. */
export function statusCode(status: number): string {
  return `smpp_0x${status.toString(16).padStart(2, '0')}`;
}

/** Its name in SMPP and in carriers' documents, such as `ESME_RINVPASWD`; a vendor's own status by its number. */
export function statusName(status: number): string {
  return STATUSES.get(status)?.[0] ?? `0x${status.toString(16).padStart(8, '0')}`;
}

/** Whether a bind was refused for its credentials, so that repeating it does not help. */
export function isBindRefusal(status: number): boolean {
  return BIND_REFUSALS.has(status);
}

/** What to do about a bind that failed, by the status that the SMSC answered or by how the connection failed. */
export function adviceFor({ code, status }: { code: string; status?: string }): string {
  const advice = status === undefined ? CONNECTION_ADVICE[code] : BIND_ADVICE[status];
  return advice ?? 'Ask the carrier what this means for a bind, and give it our address and the time.';
}

const BIND_ADVICE: Readonly<Record<string, string>> = {
  ESME_RINVPASWD:
    'The password is not the one that the carrier has; many centres know its first 8 characters only.',
  ESME_RINVSYSID: 'The carrier does not know the system ID, or not from our address.',
  ESME_RBINDFAIL:
    'The carrier takes no such bind: the kind of bind, the system type, our address or the limit of binds.',
  ESME_RALYBND: 'The account is bound already as often as it may be; each worker binds once.',
  ESME_RINVSYSTYP: 'The carrier wants another system type.',
  ESME_RINVCMDID: 'The centre does not know this kind of bind: use transmitter+receiver.',
  ESME_RINVBNDSTS: 'The centre does not take this kind of bind now: try transmitter+receiver.',
  ESME_RSYSERR: 'The centre has an error of its own; try again later.',
  ESME_RTHROTTLED: 'Too many binds in a short time; wait some minutes.',
};

const CONNECTION_ADVICE: Readonly<Record<string, string>> = {
  answer_timeout:
    'The centre took the connection and never answered the bind: try transmitter+receiver, and 0x33.',
  connect_refused: 'Nobody listens on that port: check host and port.',
  connect_timeout: 'Nothing answers: the carrier has to allow our address, or the port is another.',
  connection_closed:
    'The centre closed the connection: the carrier has to allow our address, or expects TLS.',
  connection_reset: 'The centre closed the connection: the carrier has to allow our address, or expects TLS.',
  dns_failed: 'There is no such host: check its name.',
  tls_failed: 'No TLS session: the port speaks no TLS, or its certificate cannot be verified.',
};

/**
 * What a command_status other than 0 says of a submit_sm. One that no table knows, such as a vendor's own from 0x400
 * on, is an unrecognised fault.
 */
export function classifyStatus(status: number): Exclude<SendResult, { kind: 'accepted' }> {
  const code = statusCode(status);
  const kind = STATUSES.get(status)?.[1];
  switch (kind) {
    case 'rejected':
    case 'unknown':
      return { kind, code };
    case 'throttled':
    case 'transient':
      return { kind, code, retryAfterMs: undefined };
    case 'provider_fault':
    case undefined:
      return { kind: 'provider_fault', code, isRecognised: kind !== undefined };
  }
}
