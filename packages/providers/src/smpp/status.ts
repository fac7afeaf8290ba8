import type { SendResult } from '../provider.ts';

/** ESME_RINVBNDSTS: the SMSC does not hold the session for bound, whatever we think. */
export const INVALID_BIND_STATUS = 0x04;

/** ESME_RBINDFAIL, ESME_RINVPASWD, ESME_RINVSYSID: the SMSC does not take our credentials. */
export const BIND_REFUSALS: ReadonlySet<number> = new Set([0x0d, 0x0e, 0x0f]);

// SMPP 3.4 §5.1.3, table 5-2; 0x100 to 0x104 come from 5.0 (§4.7.6) and are answered by SMSCs of 3.4 as well.
const KINDS: ReadonlyMap<number, 'rejected' | 'throttled' | 'transient' | 'unknown'> = new Map([
  [0x0b, 'rejected'], // RINVDSTADR
  [0x14, 'throttled'], // RMSGQFUL
  [0x58, 'throttled'], // RTHROTTLED
  [INVALID_BIND_STATUS, 'transient'],
  [0x08, 'transient'], // RSYSERR
  [0x64, 'transient'], // RX_T_APPN
  [0xfe, 'transient'], // RDELIVERYFAILURE
  [0xff, 'unknown'], // RUNKNOWNERR
]);

const FAULTS: ReadonlySet<number> = new Set([
  0x01, // RINVMSGLEN
  0x02, // RINVCMDLEN
  0x03, // RINVCMDID
  0x05, // RALYBND
  0x06, // RINVPRTFLG
  0x07, // RINVREGDLVFLG
  0x0a, // RINVSRCADR
  0x0c, // RINVMSGID
  ...BIND_REFUSALS,
  0x15, // RINVSERTYP
  0x43, // RINVESMCLASS
  0x45, // RSUBMITFAIL
  0x48, // RINVSRCTON
  0x49, // RINVSRCNPI
  0x50, // RINVDSTTON: ours is always the same, so it is no matter of the recipient
  0x51, // RINVDSTNPI
  0x53, // RINVSYSTYP
  0x54, // RINVREPFLAG
  0x61, // RINVSCHED
  0x62, // RINVEXPIRY
  0x63, // RINVDFTMSGID
  0x65, // RX_P_APPN: in practice the account, such as one without credit
  0x66, // RX_R_APPN
  0xc0, // RINVOPTPARSTREAM
  0xc1, // ROPTPARNOTALLWD
  0xc2, // RINVPARLEN
  0xc3, // RMISSINGOPTPARAM
  0xc4, // RINVOPTPARAMVAL
  0x100, // RSERTYPUNAUTH
  0x101, // RPROHIBITED
  0x102, // RSERTYPUNAVAIL
  0x103, // RSERTYPDENIED
  0x104, // RINVDCS
]);

/** Names a command_status: `smpp_0x0b`. */
export function statusCode(status: number): string {
  return `smpp_0x${status.toString(16).padStart(2, '0')}`;
}

/**
 * What a command_status other than 0 says of a submit_sm. One that no table knows, such as a vendor's own from 0x400
 * on, is an unrecognised fault.
 */
export function classifyStatus(status: number): Exclude<SendResult, { kind: 'accepted' }> {
  const code = statusCode(status);
  const kind = KINDS.get(status);
  switch (kind) {
    case 'rejected':
    case 'unknown':
      return { kind, code };
    case 'throttled':
    case 'transient':
      return { kind, code, retryAfterMs: undefined };
    case undefined:
      return { kind: 'provider_fault', code, isRecognised: FAULTS.has(status) };
  }
}
