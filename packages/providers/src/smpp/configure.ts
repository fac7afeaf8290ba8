import type { ProviderReview, Read } from '@sms-gateway/config';
import type { z } from 'zod';
import { type SmppDialect, STANDARD_DIALECT, type TonNpi } from './dialect.ts';
import { PRESETS, type SmppPreset } from './presets.ts';
import type { smppSettings } from './settings.ts';
import type { SmppConfig } from './smpp.ts';

type Settings = Read<z.output<z.ZodObject<typeof smppSettings>>>;
type Review = ProviderReview<keyof typeof smppSettings>;

const VERSION_3_3 = 0x33;
const NATIONAL_TON = 2;
/** SMPP 3.4, section 4.1.1, without the octet that ends each. */
const STANDARD_LENGTHS = { systemId: 15, password: 8 } as const;

/** One bind of the settings and their preset; undefined where a problem was reported. */
export function configureSmpp(settings: Settings, review: Review): SmppConfig | undefined {
  const preset: SmppPreset =
    settings.preset === undefined ? { source: '', dialect: {} } : PRESETS[settings.preset];
  if (preset.hosts === undefined) {
    review.require('url', 'set the address of the SMSC, as in smpp://smsc.example.com:2775');
  }
  review.require('systemId', 'the operator of the SMSC gives it');
  review.require('password', 'the operator of the SMSC gives it');
  review.require('from', 'set the sender: a number, a short code or a sender ID');
  const dialect = dialectOf(settings, { ...STANDARD_DIALECT, ...preset.dialect });
  reviewDialect(dialect, review);
  if (review.isGiven('receiverUrl') && dialect.bindMode !== 'transmitter+receiver') {
    review.problem('receiverUrl', `has no effect; set ${review.label('bind')} to transmitter+receiver`);
  }

  for (const key of ['systemId', 'password'] as const) {
    if ((settings[key]?.length ?? 0) <= STANDARD_LENGTHS[key]) continue;
    review.warning(
      key,
      `is longer than the ${STANDARD_LENGTHS[key]} characters of SMPP 3.4; some SMSCs take that, others refuse the bind`,
    );
  }

  const hosts = settings.url ?? preset.hosts;
  const {
    systemId,
    password,
    systemType = '',
    from,
    windowSize,
    responseTimeout,
    enquireInterval,
  } = settings;
  if (hosts === undefined || systemId === undefined || password === undefined) return undefined;
  if (from === undefined || windowSize === undefined) return undefined;
  if (responseTimeout === undefined || enquireInterval === undefined) return undefined;
  return {
    hosts,
    ...(settings.receiverUrl !== undefined && { receiverHosts: settings.receiverUrl }),
    systemId,
    password,
    systemType,
    from,
    windowSize,
    respondTimeoutMs: responseTimeout,
    enquireIntervalMs: enquireInterval,
    dialect,
  };
}

function dialectOf(settings: Settings, base: SmppDialect): SmppDialect {
  const format = settings.destinationFormat ?? base.destination.format;
  const isNational = format === 'national' || format === 'national-significant';
  const destinationTonNpi =
    tonNpi(settings.destinationTonNpi) ?? (isNational ? { ton: NATIONAL_TON, npi: 1 } : base.destination);
  const interfaceVersion = settings.interfaceVersion ?? base.interfaceVersion;
  const hasTlvs = interfaceVersion !== VERSION_3_3;
  return {
    bindMode: settings.bind ?? base.bindMode,
    interfaceVersion,
    bindAddress: {
      ...(tonNpi(settings.bindTonNpi) ?? base.bindAddress),
      range: settings.addressRange ?? base.bindAddress.range,
    },
    source: {
      number: tonNpi(settings.numberTonNpi) ?? base.source.number,
      shortCode: tonNpi(settings.shortCodeTonNpi) ?? base.source.shortCode,
      alphanumeric: tonNpi(settings.alphanumericTonNpi) ?? base.source.alphanumeric,
    },
    destination: {
      ton: destinationTonNpi.ton,
      npi: destinationTonNpi.npi,
      format,
      country: settings.destinationCountry ?? base.destination.country,
    },
    serviceType: settings.serviceType ?? base.serviceType,
    protocolId: settings.protocolId ?? base.protocolId,
    priority: settings.priority ?? base.priority,
    validity: settings.validity ?? base.validity,
    registeredDelivery: settings.registeredDelivery ?? base.registeredDelivery,
    receiptParts: settings.receiptParts ?? base.receiptParts,
    receiptMark: settings.receiptMark ?? base.receiptMark,
    alphabet: settings.alphabet ?? base.alphabet,
    dataCoding: {
      default: settings.dataCoding ?? base.dataCoding.default,
      ucs2: settings.ucs2DataCoding ?? base.dataCoding.ucs2,
    },
    concatenation: settings.concatenation ?? base.concatenation,
    tlvs: settings.tlvs ?? base.tlvs,
    registrationTlvs: {
      entityId: tagOf(settings.entityIdTlv, hasTlvs ? base.registrationTlvs.entityId : undefined),
      templateId: tagOf(settings.templateIdTlv, hasTlvs ? base.registrationTlvs.templateId : undefined),
    },
    tlvStrings: settings.tlvStrings ?? base.tlvStrings,
    messageIds: settings.messageIds ?? base.messageIds,
  };
}

function tagOf(given: number | 'off' | undefined, standard: number | undefined): number | undefined {
  return given === 'off' ? undefined : (given ?? standard);
}

function tonNpi(pair: readonly [ton: number, npi: number] | undefined): TonNpi | undefined {
  return pair && { ton: pair[0], npi: pair[1] };
}

/** What does not go together. */
function reviewDialect(dialect: SmppDialect, review: Review): void {
  const { bindMode, interfaceVersion, concatenation, destination, registeredDelivery } = dialect;
  if (interfaceVersion === VERSION_3_3 && bindMode === 'transceiver') {
    review.problem(
      'interfaceVersion',
      `is 3.3, which has no transceiver; set ${review.label('bind')} to transmitter+receiver`,
    );
  }
  if (interfaceVersion === VERSION_3_3 && (concatenation === 'sar' || concatenation === 'payload')) {
    review.problem(
      'concatenation',
      'must be udh8 or udh16 where the interface version is 3.3, which has no optional parameters',
    );
  }
  for (const key of ['tlvs', 'entityIdTlv', 'templateIdTlv'] as const) {
    if (interfaceVersion !== VERSION_3_3 || !review.isGiven(key)) continue;
    review.problem(
      key,
      'cannot be sent where the interface version is 3.3, which has no optional parameters',
    );
  }
  const isNational = destination.format === 'national' || destination.format === 'national-significant';
  if (isNational && destination.country === undefined && !review.isGiven('destinationCountry')) {
    review.problem(
      'destinationFormat',
      `is ${destination.format}; set ${review.label('destinationCountry')} to the country whose numbers are written so`,
    );
  }
  if (!isNational && review.isGiven('destinationCountry')) {
    review.warning(
      'destinationCountry',
      `has no effect; it is for ${review.label('destinationFormat')} national and national-significant`,
    );
  }
  if (bindMode === 'transmitter' && registeredDelivery !== 0) {
    review.warning(
      'bind',
      'is transmitter: no delivery receipts come, so nobody learns whether codes arrive',
    );
  }
}
