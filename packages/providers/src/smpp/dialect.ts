/** Type of number and numbering plan of an address (SMPP 3.4 §5.2.5, §5.2.6). */
export type TonNpi = { ton: number; npi: number };

export const BIND_MODES = ['transceiver', 'transmitter+receiver', 'transmitter'] as const;
export const VALIDITY_FORMS = ['relative', 'absolute', 'null'] as const;
export const ALPHABETS = ['gsm', 'gsm-packed', 'latin1', 'ascii', 'ucs2'] as const;
export const CONCATENATIONS = ['udh8', 'udh16', 'sar', 'payload'] as const;
export const DESTINATION_FORMATS = ['digits', 'plus', '00', 'national', 'national-significant'] as const;
export const TLV_STRINGS = ['octet', 'c-octet'] as const;
export const RECEIPT_PARTS = ['first', 'last', 'all'] as const;
export const RECEIPT_MARKS = ['esm-class', 'text'] as const;
export const MESSAGE_ID_FORMS = ['learn', 'same', 'hex-to-decimal', 'decimal-to-hex'] as const;

export type Alphabet = (typeof ALPHABETS)[number];
export type Concatenation = (typeof CONCATENATIONS)[number];
export type DestinationFormat = (typeof DESTINATION_FORMATS)[number];
/** How a centre derives the id in a receipt from that in the submit_sm_resp, if that is known. */
export type IdForm = Exclude<(typeof MESSAGE_ID_FORMS)[number], 'learn'>;

/** How one message centre expects its PDUs. */
export type SmppDialect = {
  /** `transmitter+receiver`: two sessions; `transmitter`: one, over which no receipts come. */
  bindMode: (typeof BIND_MODES)[number];
  /** As an octet of the bind: 0x33, 0x34 or 0x50. */
  interfaceVersion: number;
  /** Of the bind itself; the range of addresses whose messages and receipts it asks for. */
  bindAddress: TonNpi & { range: string };
  source: { number: TonNpi; shortCode: TonNpi; alphanumeric: TonNpi };
  destination: TonNpi & {
    format: DestinationFormat;
    /** ISO 3166-1 alpha-2: the country whose numbers are written in a national format. */
    country: string | undefined;
  };
  serviceType: string;
  protocolId: number;
  priority: number;
  validity: (typeof VALIDITY_FORMS)[number];
  /** The octet of §5.2.17. */
  registeredDelivery: number;
  /** Which parts of a long text request a receipt with it. */
  receiptParts: (typeof RECEIPT_PARTS)[number];
  /** `text`: a deliver_sm whose text has the form of a receipt counts as one, even if its esm_class does not say so. */
  receiptMark: (typeof RECEIPT_MARKS)[number];
  /** The centre's default alphabet, in which it reads a text with `dataCoding.default`. */
  alphabet: Alphabet;
  dataCoding: { default: number; ucs2: number };
  concatenation: Concatenation;
  /** TLVs of every submit_sm, as tag and value. */
  tlvs: readonly (readonly [tag: number, value: string])[];
  /** Tags of the TLVs for India's ids; undefined for an id that is not sent. */
  registrationTlvs: { entityId: number | undefined; templateId: number | undefined };
  /** Whether the string in such a TLV ends with a NUL (`c-octet`, §3.1). */
  tlvStrings: (typeof TLV_STRINGS)[number];
  messageIds: (typeof MESSAGE_ID_FORMS)[number];
};

/**
 * SMPP 3.4 as most centres accept it. TON and NPI: E.164 1/1, short code 3/0 and alphanumeric 5/0 are what Infobip's
 * "TON and NPI settings" gives as the defaults of SMPP environments, and OpenMarket's SMPP examples show. TLVs of
 * India's ids: PE_ID and Template_ID as octet strings without a NUL, as in Jasmin 0.12 (Custom TLV Parameters),
 * kneodev/ksmppd issues 134 and 135, and python-smpplib issue 204.
 */
export const STANDARD_DIALECT: SmppDialect = {
  bindMode: 'transceiver',
  interfaceVersion: 0x34,
  bindAddress: { ton: 0, npi: 0, range: '' },
  source: {
    number: { ton: 1, npi: 1 },
    shortCode: { ton: 3, npi: 0 },
    alphanumeric: { ton: 5, npi: 0 },
  },
  destination: { ton: 1, npi: 1, format: 'digits', country: undefined },
  serviceType: '',
  protocolId: 0,
  priority: 0,
  validity: 'relative',
  registeredDelivery: 1,
  receiptParts: 'first',
  receiptMark: 'esm-class',
  alphabet: 'gsm',
  dataCoding: { default: 0, ucs2: 8 },
  concatenation: 'udh8',
  tlvs: [],
  registrationTlvs: { entityId: 0x14_00, templateId: 0x14_01 },
  tlvStrings: 'octet',
  messageIds: 'learn',
};
