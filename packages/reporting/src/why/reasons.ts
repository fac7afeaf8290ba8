/**
 * What codes of attempts and receipts mean, in words that follow "Twilio refused it:" or "the receipt says:", and what
 * somebody can do about it. Where they are from: the tables of packages/providers.
 */
export type Reason = { words: string; cure: Cure };

/** Who can do something, and what. */
export const CURES = {
  mobile: 'Nothing to do here: ask the user for a mobile number.',
  number: 'Nothing to do here: ask the user whether the number is right.',
  opted_out:
    'The user must send START to the sender, or write to its support; no provider may send until then.',
  phone:
    'Nothing to do here: the phone is off, out of reach or full, or its carrier takes no such messages. Ask the user to try again, or another way to sign in.',
  sender:
    'Correct the sender: npm run gateway -- route NUMBER shows which is used; its registration is with the provider.',
  credentials: "Correct the provider's credentials: npm run gateway -- doctor --only providers checks them.",
  bind: "Compare the settings with the carrier's document: npm run gateway -- smpp probe NAME; docs/smpp.md.",
  account: "Look at the provider's account: credit, suspension, trial limits.",
  country:
    "Allow the destination in the provider's account (geographic permissions), or route it to another provider.",
  content: 'Change the text of the message, or have it approved by the provider.',
  throttle: "Raise the provider's limit, or set rateLimit of the provider below it; add a second provider.",
  network:
    'Look at the network between worker and provider (DNS, firewall, proxy), and at the status page of the provider.',
  provider: "Look at the provider's status page; add a second provider to PROVIDERS if there is none.",
  operator:
    'npm run gateway -- blocks shows what is blocked and why; npm run gateway -- unblock takes it back.',
  report:
    "Look the code up in the provider's dictionary, and report it: this gateway knows no meaning of it.",
  none: 'Nothing to do.',
} as const;
export type Cure = keyof typeof CURES;

const reason = (cure: Cure, words: string): Reason => ({ words, cure });

const OURS: Record<string, Reason> = {
  aborted: reason('provider', 'it did not answer in time'),
  answer_malformed: reason('provider', 'its answer could not be read'),
  answer_timeout: reason('provider', 'it did not answer in time'),
  client_closed: reason('none', 'the worker was shutting down'),
  connect_failed: reason('network', 'no connection could be made'),
  connect_refused: reason('network', 'nobody listens at its address'),
  connect_reset: reason('network', 'the connection was closed before anything was sent'),
  connect_timeout: reason('network', 'no connection came about in time'),
  connection_closed: reason('network', 'the connection was closed before it answered'),
  connection_failed: reason('network', 'the connection failed before it answered'),
  connection_reset: reason('network', 'the connection was reset before it answered'),
  dns_failed: reason('network', 'its name could not be resolved'),
  invalid_request: reason('report', 'the request could not be made'),
  never_concluded: reason('none', 'the worker died while it was sending'),
  tls_failed: reason('network', 'its TLS certificate is not trusted'),
  unreachable: reason('network', 'its address cannot be reached'),
  simulated_rejected: reason('number', 'it plays a recipient that nobody can reach'),
  simulated_fault: reason('provider', 'it plays a fault of the account'),
  simulated_unrecognised: reason('report', 'it plays a fault that no table knows'),
  simulated_throttled: reason('throttle', 'it plays a limit that is reached'),
  simulated_undelivered: reason('phone', 'it plays a phone that cannot be reached'),
  simulated_failed: reason('phone', 'it plays a carrier that does not deliver'),
  simulated_expired: reason('phone', 'it plays a phone that was off for too long'),
  simulated_unknown: reason('phone', 'it plays a carrier that tells nothing'),
  simulated_transient: reason('provider', 'it plays a fault that passes'),
};

const TWILIO: Record<string, Reason> = {
  '21211': reason('number', 'the number is not valid'),
  '21217': reason('number', 'the number is not valid'),
  '21265': reason('number', 'the number is a short code'),
  '21610': reason('opted_out', 'the recipient has opted out (STOP)'),
  '21614': reason('mobile', 'the number is not a mobile number'),
  '21635': reason('mobile', 'the number is a landline'),
  '20429': reason('throttle', 'too many requests'),
  '21611': reason('throttle', 'the queue of the sender is full'),
  '20003': reason('credentials', 'it does not take the credentials'),
  '20404': reason('credentials', 'there is no such account'),
  '20008': reason('credentials', 'these are test credentials'),
  '10001': reason('account', 'the account is not active'),
  '20005': reason('account', 'the account is not active'),
  '90010': reason('account', 'the account is not active'),
  '20006': reason('credentials', 'access is denied'),
  '20403': reason('credentials', 'it is forbidden'),
  '21608': reason('account', 'a trial account sends to verified numbers only'),
  '21607': reason('sender', 'a trial account must use its own sender'),
  '21408': reason('country', 'the account may not send to this country'),
  '21215': reason('country', 'the account may not send to this country'),
  '21612': reason('sender', 'this sender cannot reach the number'),
  '21703': reason('sender', 'the messaging service has no sender'),
  '21704': reason('sender', 'the messaging service has no sender for this country'),
  '21212': reason('sender', 'the sender is not valid'),
  '21266': reason('sender', 'sender and recipient are the same'),
  '21601': reason('sender', 'the sender cannot send SMS'),
  '21603': reason('sender', 'the sender is missing'),
  '21606': reason('sender', 'the sender cannot send to this destination'),
  '21659': reason('sender', 'the sender is not a number of the account, or not usable in this country'),
  '21660': reason('sender', 'the sender belongs to another account'),
  '21661': reason('sender', 'the sender cannot send SMS'),
  '21701': reason('sender', 'there is no such messaging service'),
  '21702': reason('sender', 'the messaging service is not available'),
  '21705': reason('sender', 'the messaging service is not valid'),
  '21617': reason('content', 'the text is too long'),
  '21618': reason('content', 'the text cannot be sent'),
  '30001': reason('throttle', 'the queue overflowed'),
  '30002': reason('account', 'the account is suspended'),
  '30003': reason('phone', 'the phone cannot be reached'),
  '30004': reason('phone', 'the carrier or the recipient blocks it'),
  '30005': reason('number', 'the number does not exist'),
  '30006': reason('mobile', 'the number is a landline, or its carrier takes no SMS'),
  '30007': reason('content', 'the carrier filtered it as spam'),
  '30008': reason('provider', 'the carrier gave no reason'),
  '30032': reason('sender', 'the toll-free number is not verified'),
  '30034': reason('sender', 'the sender is not registered (A2P 10DLC)'),
  '30036': reason('phone', 'it could not be delivered while it was valid'),
};

const VONAGE: Record<string, Reason> = {
  '1': reason('throttle', 'too many messages a second'),
  '2': reason('report', 'a parameter is missing'),
  '3': reason('report', 'a parameter is not valid'),
  '4': reason('credentials', 'it does not take the credentials'),
  '5': reason('provider', 'an internal error'),
  '6': reason('number', 'it knows no route for the number'),
  '7': reason('phone', 'the number is barred'),
  '8': reason('account', 'the account is suspended'),
  '9': reason('account', 'the credit is used up'),
  '10': reason('throttle', 'too many connections'),
  '11': reason('account', 'the account may not use HTTP'),
  '12': reason('content', 'the text is too long'),
  '14': reason('credentials', 'the signature is not valid'),
  '15': reason('sender', 'the sender is not valid'),
  '29': reason('account', 'a trial account sends to listed numbers only'),
  '33': reason('number', 'the number is no longer in use'),
  err_2: reason('phone', 'the phone is off or out of reach'),
  err_3: reason('number', 'the number is no longer in use'),
  err_4: reason('phone', 'the recipient has barred it'),
  err_6: reason('content', 'the carrier filtered it as spam'),
  err_9: reason('opted_out', 'the recipient asked for no such messages'),
  err_14: reason('phone', "the recipient's plan has no SMS"),
  err_15: reason('phone', "the recipient's prepaid credit is used up"),
};

const TELNYX: Record<string, Reason> = {
  '40001': reason('mobile', 'the number is a landline, or gets no messages'),
  '40300': reason('opted_out', 'the recipient has opted out (STOP)'),
  '40310': reason('number', 'the number is not valid'),
  '10011': reason('throttle', 'too many requests'),
  '40318': reason('throttle', 'the queue is full'),
  '10009': reason('credentials', 'it does not take the API key'),
  '10010': reason('credentials', 'the API key may not do this'),
  '20002': reason('credentials', 'the API key was revoked'),
  '20006': reason('credentials', 'the access token has expired'),
  '20012': reason('account', 'the account is not active'),
  '20013': reason('account', 'the account is blocked'),
  '20100': reason('account', 'the credit is used up'),
  '40002': reason('content', 'it was blocked as spam'),
  '40003': reason('content', 'it was blocked as spam'),
  '40010': reason('sender', 'the sender is not registered (10DLC)'),
  '40013': reason('sender', 'the sender is not valid'),
  '40305': reason('sender', 'the sender is not valid'),
  '40306': reason('sender', 'the alphanumeric sender is not set up'),
  '40309': reason('country', 'the messaging profile does not allow this country'),
  '40322': reason('content', 'it was blocked for its content'),
  '40329': reason('sender', 'the toll-free number is not verified'),
};

const INFOBIP: Record<string, Reason> = {
  '6': reason('country', 'the network is not covered or not set up'),
  '8': reason('number', 'the number is not valid'),
  '10': reason('opted_out', 'the recipient has barred such messages'),
  '11': reason('sender', 'the sender is not registered'),
  '12': reason('account', 'the credit is used up'),
  '13': reason('sender', 'the sender is on a blocklist of the account'),
  '14': reason('phone', 'the number is on a blocklist'),
  '17': reason('account', 'the prepaid package has expired'),
  '18': reason('account', 'a trial account sends to registered numbers only'),
  '19': reason('country', 'there is no route'),
  '20': reason('throttle', 'too many messages to this number'),
  '25': reason('content', 'the text is too long'),
  '52': reason('number', 'no mobile operator has such numbers'),
  '87': reason('provider', 'it takes the message for fraud'),
};

const SMPP: Record<string, Reason> = {
  not_bound: reason('bind', 'no session is bound'),
  bind_refused: reason('bind', 'it refuses the bind'),
  '0x01': reason('bind', 'the length of the message is not valid (ESME_RINVMSGLEN)'),
  '0x04': reason('bind', 'it does not hold the session for bound (ESME_RINVBNDSTS)'),
  '0x08': reason('provider', 'a system error (ESME_RSYSERR)'),
  '0x0a': reason('sender', 'the sender is not valid (ESME_RINVSRCADR)'),
  '0x0b': reason('number', 'the number is not valid (ESME_RINVDSTADR)'),
  '0x0d': reason('bind', 'it refuses the bind (ESME_RBINDFAIL)'),
  '0x0e': reason('bind', 'the password is wrong (ESME_RINVPASWD)'),
  '0x0f': reason('bind', 'the system ID is wrong (ESME_RINVSYSID)'),
  '0x14': reason('throttle', 'its queue is full (ESME_RMSGQFUL)'),
  '0x15': reason('bind', 'the service type is not valid (ESME_RINVSERTYP)'),
  '0x43': reason('bind', 'it takes no such concatenation (ESME_RINVESMCLASS)'),
  '0x45': reason('provider', 'it could not submit the message (ESME_RSUBMITFAIL)'),
  '0x48': reason('bind', "the sender's type of number is not valid (ESME_RINVSRCTON)"),
  '0x49': reason('bind', "the sender's numbering plan is not valid (ESME_RINVSRCNPI)"),
  '0x50': reason('bind', "the recipient's type of number is not valid (ESME_RINVDSTTON)"),
  '0x51': reason('bind', "the recipient's numbering plan is not valid (ESME_RINVDSTNPI)"),
  '0x58': reason('throttle', 'too many messages a second (ESME_RTHROTTLED)'),
  '0x62': reason('bind', 'the validity period is not valid (ESME_RINVEXPIRY)'),
  '0x64': reason('provider', 'it cannot take the message now (ESME_RX_T_APPN)'),
  '0x65': reason('account', 'it does not take the message (ESME_RX_P_APPN)'),
  '0x66': reason('account', 'it rejects the message (ESME_RX_R_APPN)'),
  '0xfe': reason('provider', 'the delivery failed (ESME_RDELIVERYFAILURE)'),
  '0xff': reason('provider', 'an unknown error (ESME_RUNKNOWNERR)'),
  '0x104': reason('bind', 'the data coding is not valid (ESME_RINVDCS)'),
  undeliv: reason('phone', 'it could not be delivered'),
  expired: reason('phone', 'it could not be delivered while it was valid'),
  deleted: reason('provider', 'the carrier deleted it'),
  rejectd: reason('phone', 'the carrier rejected it'),
  skipped: reason('provider', 'the carrier skipped it'),
  unknown: reason('phone', 'the carrier does not know what became of it'),
};

const SINCH: Record<string, Reason> = {
  syntax_invalid_parameter_format: reason('number', 'a number is not valid'),
  blocked_account: reason('account', 'the account is blocked'),
  illegal_number_type: reason('country', 'this region does not send to such numbers'),
  unknown_campaign: reason('sender', 'the campaign does not match the sender'),
};

const PLIVO: Record<string, Reason> = { invalid_number: reason('number', 'the number is not valid') };

const AWS: Record<string, Reason> = {
  throttling: reason('throttle', 'too many requests'),
  access_denied: reason('credentials', 'access is denied'),
  unrecognized_client: reason('credentials', 'it does not know the credentials'),
  invalid_client_token_id: reason('credentials', 'it does not know the credentials'),
  expired_token: reason('credentials', 'the credentials have expired'),
  account_disabled: reason('account', 'the account is disabled'),
  monthly_spend_limit_reached_for_text: reason('account', 'the monthly spend limit is reached'),
  destination_phone_number_opted_out: reason('opted_out', 'the recipient has opted out'),
  destination_phone_number_not_verified: reason(
    'account',
    'an account in the sandbox sends to verified numbers only',
  ),
  destination_country_blocked: reason('country', 'the account may not send to this country'),
  country_not_enabled: reason('country', 'the account may not send to this country'),
  no_origination_identities_found: reason('sender', 'there is no sender for this country'),
  sender_id_not_registered: reason('sender', 'the sender is not registered'),
};

const BY_PROVIDER: Record<string, Record<string, Reason>> = {
  twilio: TWILIO,
  vonage: VONAGE,
  telnyx: TELNYX,
  infobip: INFOBIP,
  smpp: SMPP,
  sinch: SINCH,
  plivo: PLIVO,
  aws: AWS,
};

/** What a code means. One that no table knows is named as it is. */
export function reasonOf(code: string): Reason {
  const known = OURS[code];
  if (known !== undefined) return known;
  const [, provider = '', rest = ''] = /^([a-z]+)_(.+)$/.exec(code) ?? [];
  if (provider === 'http') return httpReason(Number(rest));
  const table = BY_PROVIDER[provider];
  // A receipt's state may have the carrier's own error after it: undeliv_011.
  const [state = ''] = rest.split('_', 1);
  return table?.[rest] ?? table?.[state] ?? reason('report', 'a code that this gateway has no words for');
}

function httpReason(status: number): Reason {
  if (status === 401 || status === 403) return reason('credentials', 'it does not take the credentials');
  if (status === 404 || status === 405) return reason('report', 'there is nothing at its address');
  if (status === 408 || status === 503) return reason('provider', 'it is not available');
  if (status === 429) return reason('throttle', 'too many requests');
  return status >= 500
    ? reason('provider', 'it had an internal error')
    : reason('report', 'it does not take the message, and says no more');
}

/** The meaning of a code, and the code: `the number is a landline (21635)`. */
export function inWords(code: string): string {
  const [, provider = '', rest = ''] = /^([a-z]+)_(.+)$/.exec(code) ?? [];
  const shown = provider in BY_PROVIDER ? rest : provider === 'http' ? `HTTP ${rest}` : code;
  return `${reasonOf(code).words} (${shown})`;
}

const NAMES: Record<string, string> = {
  aws: 'AWS',
  console: 'The console provider',
  http: 'The HTTP provider',
  inbox: 'The development inbox',
  infobip: 'Infobip',
  plivo: 'Plivo',
  simulator: 'The simulator',
  sinch: 'Sinch',
  smpp: 'The SMSC',
  telnyx: 'Telnyx',
  twilio: 'Twilio',
  vonage: 'Vonage',
};

/** A provider at the beginning of a sentence. */
export function providerName(provider: string): string {
  return NAMES[provider] ?? provider;
}

/** A provider in the middle of a sentence. */
export function inSentence(provider: string): string {
  return providerName(provider).replace(/^The /, 'the ');
}
