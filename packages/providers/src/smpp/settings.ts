import { choice, country, duration, list, text, wholeNumber } from '@sms-gateway/config/fields';
import { z } from 'zod';
import { providerSettings, rateLimit, senderSetting } from '../provider-settings.ts';
import {
  ALPHABETS,
  BIND_MODES,
  CONCATENATIONS,
  DESTINATION_FORMATS,
  MESSAGE_ID_FORMS,
  RECEIPT_MARKS,
  RECEIPT_PARTS,
  TLV_STRINGS,
  VALIDITY_FORMS,
} from './dialect.ts';
import { parseTag, tlvProblem } from './message-tlvs.ts';
import { PRESET_NAMES } from './presets.ts';
import { smppUrls } from './smpp-url.ts';

const setting = providerSettings('smpp');

/** Lengths: SMPP 3.4, section 4.1.1, without the octet that ends each. */
function ascii(max: number) {
  return text.regex(
    new RegExp(`^[\\x21-\\x7e]{1,${max}}$`),
    `must be 1 to ${max} printable ASCII characters, as SMPP 3.4 has it`,
  );
}

/** An octet, in decimal, or in hexadecimal as carriers' documents write it. */
function octet(max = 255) {
  return z.preprocess(
    (written) =>
      typeof written === 'string' && /^\s*0x[\da-f]{1,2}\s*$/i.test(written) ? Number(written) : written,
    wholeNumber(0, max),
  );
}

const INTERFACE_VERSIONS: Readonly<Record<string, number>> = {
  '3.3': 0x33,
  '3.4': 0x34,
  '5.0': 0x50,
  '0x33': 0x33,
  '0x34': 0x34,
  '0x50': 0x50,
};

// Also as YAML reads them without quotes: 3.4 is a number there, and 0x34 is 52.
const interfaceVersion = z.union([z.string(), z.number()]).transform((written, context) => {
  const version =
    INTERFACE_VERSIONS[typeof written === 'number' && written < 10 ? written.toFixed(1) : String(written)];
  if (version !== undefined) return version;
  if (Object.values(INTERFACE_VERSIONS).some((known) => known === written)) return Number(written);
  context.addIssue('must be 3.3, 3.4 or 5.0');
  return z.NEVER;
});

const tonNpi = text.transform((written, context) => {
  const [, ton, npi] = /^(\d{1,3})\/(\d{1,3})$/.exec(written) ?? [];
  if (Number(ton) <= 255 && Number(npi) <= 255) return [Number(ton), Number(npi)] as const;
  context.addIssue('must be TON and NPI with a slash between them, such as 5/0');
  return z.NEVER;
});

// Without quotes, YAML reads 0x1400 as a number.
const tlvTag = z.union([z.string(), z.number().transform(String)]).transform((written, context) => {
  if (written === 'off') return 'off' as const;
  const tag = parseTag(written);
  if (tag !== undefined) return tag;
  context.addIssue('must be the tag of a TLV, such as 0x1400, or off');
  return z.NEVER;
});

const tlv = text.transform((written, context) => {
  const at = written.indexOf('=');
  const [name, value] = [written.slice(0, Math.max(at, 0)), written.slice(at + 1)];
  const tag = parseTag(name);
  const problem = at < 0 ? 'must be a tag and a value, such as 0x1414=OTP' : tlvProblem(name, value);
  if (problem === undefined && tag !== undefined) return [tag, value] as const;
  context.addIssue(problem ?? 'must be a tag and a value, such as 0x1414=OTP');
  return z.NEVER;
});

/** Every setting of a bind; docs/smpp.md says which words of a carrier's document each stands for. */
export const smppSettings = {
  url: setting({
    env: 'SMPP_URL',
    schema: smppUrls,
    doc: 'smpp://host:2775, or smpps://host:3550 with TLS; several hosts, comma-separated, in order of preference',
    example: 'smpps://smsc.example.com',
  }),
  receiverUrl: setting({
    env: 'SMPP_RECEIVER_URL',
    schema: smppUrls,
    doc: 'Where the receiver binds, if not at SMPP_URL; same form; needs SMPP_BIND=transmitter+receiver',
  }),
  preset: setting({
    env: 'SMPP_PRESET',
    schema: choice(PRESET_NAMES),
    doc: `What a message centre publishes of itself, where a setting below does not say otherwise: ${PRESET_NAMES.join(', ')}`,
  }),
  systemId: setting({
    env: 'SMPP_SYSTEM_ID',
    schema: text.regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters'),
    doc: 'System ID to bind with: up to 15 characters in SMPP, up to 64 if the SMSC accepts them',
  }),
  password: setting({
    env: 'SMPP_PASSWORD',
    schema: text.regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters'),
    secret: true,
    doc: 'Password to bind with: up to 8 characters by SMPP, up to 64 where the SMSC takes them',
  }),
  systemType: setting({
    env: 'SMPP_SYSTEM_TYPE',
    schema: ascii(12),
    doc: 'System type, where the SMSC asks for one, up to 12 characters',
  }),
  from: senderSetting('smpp', 'SMPP'),
  bind: setting({
    env: 'SMPP_BIND',
    schema: choice(BIND_MODES),
    doc: 'transceiver; transmitter+receiver, two sessions; or transmitter, without receipts (transceiver)',
  }),
  interfaceVersion: setting({
    env: 'SMPP_INTERFACE_VERSION',
    schema: interfaceVersion,
    doc: 'Version of SMPP to bind with: 3.3, 3.4 or 5.0 (3.4)',
  }),
  bindTonNpi: setting({
    env: 'SMPP_BIND_TON_NPI',
    schema: tonNpi,
    doc: 'TON and NPI of the bind itself, such as 1/1 (0/0)',
  }),
  addressRange: setting({
    env: 'SMPP_ADDRESS_RANGE',
    schema: ascii(40),
    doc: 'Address range of the bind, up to 40 characters',
  }),
  numberTonNpi: setting({
    env: 'SMPP_NUMBER_TON_NPI',
    schema: tonNpi,
    doc: 'TON and NPI of a sender that is a number (1/1)',
  }),
  shortCodeTonNpi: setting({
    env: 'SMPP_SHORT_CODE_TON_NPI',
    schema: tonNpi,
    doc: 'TON and NPI of a sender that is a short code (3/0)',
  }),
  alphanumericTonNpi: setting({
    env: 'SMPP_ALPHANUMERIC_TON_NPI',
    schema: tonNpi,
    doc: 'TON and NPI of a sender ID of letters (5/0)',
  }),
  destinationTonNpi: setting({
    env: 'SMPP_DESTINATION_TON_NPI',
    schema: tonNpi,
    doc: 'TON and NPI of the recipient (1/1; in a national format 2/1)',
  }),
  destinationFormat: setting({
    env: 'SMPP_DESTINATION_FORMAT',
    schema: choice(DESTINATION_FORMATS),
    doc: 'How the recipient is written: digits (254712345678), plus (+254…), 00 (00254…), national (0712345678) or national-significant (712345678) (digits)',
  }),
  destinationCountry: setting({
    env: 'SMPP_DESTINATION_COUNTRY',
    schema: country,
    doc: 'ISO code of the country whose numbers are written in a national format; all others keep their country code',
  }),
  serviceType: setting({
    env: 'SMPP_SERVICE_TYPE',
    schema: ascii(5),
    doc: 'Service type of each message, up to 5 characters',
  }),
  protocolId: setting({
    env: 'SMPP_PROTOCOL_ID',
    schema: octet(),
    doc: 'Protocol ID of each message (0)',
  }),
  priority: setting({
    env: 'SMPP_PRIORITY',
    schema: octet(),
    doc: 'Priority flag of each message (0)',
  }),
  validity: setting({
    env: 'SMPP_VALIDITY',
    schema: choice(VALIDITY_FORMS),
    doc: 'Validity period as relative or absolute time, or null for none (relative)',
  }),
  registeredDelivery: setting({
    env: 'SMPP_REGISTERED_DELIVERY',
    schema: octet(31),
    doc: 'registered_delivery of each message; 0 asks for no receipt (1)',
  }),
  receiptParts: setting({
    env: 'SMPP_RECEIPT_PARTS',
    schema: choice(RECEIPT_PARTS),
    doc: 'Which parts of a long text ask for a receipt: first, last or all (first)',
  }),
  receiptMark: setting({
    env: 'SMPP_RECEIPT_MARK',
    schema: choice(RECEIPT_MARKS),
    doc: 'How receipts are recognised: esm-class (or a receipted_message_id), or text, for a centre that does not mark them (esm-class)',
  }),
  alphabet: setting({
    env: 'SMPP_ALPHABET',
    schema: choice(ALPHABETS),
    doc: 'Default alphabet of the SMSC: gsm, gsm-packed, latin1, ascii or ucs2 (gsm)',
  }),
  dataCoding: setting({
    env: 'SMPP_DATA_CODING',
    schema: octet(),
    doc: 'data_coding of a text in the default alphabet (0)',
  }),
  ucs2DataCoding: setting({
    env: 'SMPP_UCS2_DATA_CODING',
    schema: octet(),
    doc: 'data_coding of a text in UCS-2 (8)',
  }),
  concatenation: setting({
    env: 'SMPP_CONCATENATION',
    schema: choice(CONCATENATIONS),
    doc: 'How a long text goes: udh8 or udh16 (user data header with an 8 or 16 bit reference), sar (TLVs) or payload (whole, in message_payload) (udh8)',
  }),
  tlvs: setting({
    env: 'SMPP_TLVS',
    schema: list(tlv),
    doc: 'TLVs to send with every message, comma-separated, such as 0x1414=OTP; octets as 0x1414=0x01',
  }),
  entityIdTlv: setting({
    env: 'SMPP_ENTITY_ID_TLV',
    schema: tlvTag,
    doc: "Tag of the TLV for the entity id of India's DLT (PE_ID), or off (0x1400)",
  }),
  templateIdTlv: setting({
    env: 'SMPP_TEMPLATE_ID_TLV',
    schema: tlvTag,
    doc: "Tag of the TLV for the template id of India's DLT, or off (0x1401)",
  }),
  tlvStrings: setting({
    env: 'SMPP_TLV_STRINGS',
    schema: choice(TLV_STRINGS),
    doc: 'Whether a string in these TLVs ends with a NUL: octet (no) or c-octet (yes) (octet)',
  }),
  messageIds: setting({
    env: 'SMPP_MESSAGE_IDS',
    schema: choice(MESSAGE_ID_FORMS),
    doc: 'How receipts write the id of a message: learn, same, hex-to-decimal or decimal-to-hex (learn)',
  }),
  windowSize: setting({
    env: 'SMPP_WINDOW',
    schema: wholeNumber(1, 1000),
    default: '10',
    doc: 'Messages that may wait for the answer of the SMSC at once, 1 to 1000',
  }),
  responseTimeout: setting({
    env: 'SMPP_RESPONSE_TIMEOUT',
    schema: duration('1s', '1m'),
    default: '10s',
    doc: 'How long an answer of the SMSC may take; what it answers later still counts',
  }),
  enquireInterval: setting({
    env: 'SMPP_ENQUIRE_INTERVAL',
    schema: duration('1s', '10m'),
    default: '30s',
    doc: 'How often the SMSC is asked by enquire_link whether it is there',
  }),
  rateLimit: rateLimit('smpp', 'SMPP'),
};
