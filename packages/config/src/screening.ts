import type { Path } from './config-file.ts';
import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type {
  DestinationsConfig,
  GuardConfig,
  LimitsConfig,
  PriceTable,
  SpendConfig,
  Windows,
} from './config.ts';
import type { ConnectionSettings, Settings } from './settings.ts';

type Own = Read<ConnectionSettings>;
type Shared = Read<Settings>;

/**
 * In force from the first start. A person does not reach the limits for a number and an IP address (Auth0 itself stops an
 * address at 50 requests an hour). Requests from one address for somebody else's number reach `recipientIp` first, and the
 * limit of the number itself ends within minutes; docs/screening.md has the reasons. The other limits only stop what nobody
 * would pay for, because only the operator knows how many codes a good day has.
 */
export const DEFAULT_LIMITS: LimitsConfig = {
  recipient: { tenMinutes: 20 },
  recipientIp: { tenMinutes: 10, day: 30 },
  ip: { minute: 120, hour: 600 },
  prefix: { hour: 2000, day: 5000 },
  country: { hour: 10_000, day: 50_000 },
  connection: { hour: 20_000, day: 100_000 },
  overall: { hour: 30_000, day: 200_000 },
};

/** Networks of satellites and of no country, where a message costs many times as much: ITU-T E.164 annex, code list. */
export const DEFAULT_DENIED_PREFIXES = ['+870', '+878', '+881', '+882', '+883', '+888', '+979'];
/** Types whose owner earns from incoming messages, or where nobody reads texts: docs/screening.md has the sources. */
export const DEFAULT_DENIED_TYPES = [
  'premium_rate',
  'shared_cost',
  'uan',
  'personal_number',
  'toll_free',
  'pager',
  'voicemail',
] as const;

/** The defaults of authgear, https://github.com/authgear/authgear-server/blob/main/docs/specs/fraud-protection.md. */
export const DEFAULT_GUARD: GuardConfig = {
  mode: 'record',
  country: { hour: 3, day: 20 },
  ip: { hour: 5, day: 10, countries: 3 },
};

const DEFAULT_OVERALL_SEGMENTS = 200_000;

/** A connection's limits: its own where set, otherwise the shared ones. */
export function limitsConfig(own: Own['limits'], shared: Shared['limits']): LimitsConfig {
  const cooldown = own?.recipient?.cooldown ?? shared?.recipient?.cooldown;
  const of = (scope: 'recipient' | 'recipientIp' | 'ip' | 'prefix' | 'country' | 'connection') =>
    windows([own?.[scope], shared?.[scope]], DEFAULT_LIMITS[scope]);
  return {
    recipient: { ...of('recipient'), ...(typeof cooldown === 'number' && { cooldownMs: cooldown }) },
    recipientIp: of('recipientIp'),
    ip: of('ip'),
    prefix: of('prefix'),
    country: of('country'),
    connection: of('connection'),
    overall: windows([shared?.overall], DEFAULT_LIMITS.overall),
  };
}

type WindowSettings = { [Name in keyof Windows]?: number | 'off' | undefined };

function windows(sources: (WindowSettings | undefined)[], defaults: Windows): Windows {
  const chosen: Windows = {};
  for (const name of ['minute', 'tenMinutes', 'hour', 'day'] as const) {
    const max = firstGiven(sources.map((source) => source?.[name])) ?? defaults[name];
    if (typeof max === 'number') chosen[name] = max;
  }
  return chosen;
}

/** A connection's own lists replace the shared ones, each separately. */
export function destinationsConfig(own: Own, shared: Shared): DestinationsConfig {
  return {
    allowedCountries: own.allowedCountries ?? shared.allowedCountries,
    allowedPrefixes: own.allowedPrefixes ?? shared.allowedPrefixes,
    deniedCountries: own.deniedCountries ?? shared.deniedCountries ?? [],
    deniedPrefixes: own.deniedPrefixes ?? shared.deniedPrefixes ?? DEFAULT_DENIED_PREFIXES,
    deniedNumberTypes: own.deniedNumberTypes ?? shared.deniedNumberTypes ?? [...DEFAULT_DENIED_TYPES],
  };
}

export function guardConfig(own: Own['guard'], shared: Shared['guard']): GuardConfig {
  const number = (values: (number | 'off' | undefined)[], otherwise: number | undefined) => {
    const chosen = firstGiven(values) ?? otherwise;
    return typeof chosen === 'number' ? chosen : undefined;
  };
  const { country, ip } = DEFAULT_GUARD;
  return {
    mode: own?.mode ?? shared?.mode ?? DEFAULT_GUARD.mode,
    country: {
      hour: number([own?.country?.hour, shared?.country?.hour], country.hour),
      day: number([own?.country?.day, shared?.country?.day], country.day),
    },
    ip: {
      hour: number([own?.ip?.hour, shared?.ip?.hour], ip.hour),
      day: number([own?.ip?.day, shared?.ip?.day], ip.day),
      countries: number([own?.ip?.countries, shared?.ip?.countries], ip.countries),
    },
  };
}

/** Unlike limits, the values at the top apply to all connections together. */
export function spendConfig(
  own: Own['spend'],
  shared: Shared['spend'],
): { connection: SpendConfig; overall: SpendConfig } {
  return {
    connection: spend(own, undefined),
    overall: spend(shared, DEFAULT_OVERALL_SEGMENTS),
  };
}

function spend(
  settings: { segments?: number | 'off' | undefined; price?: number | 'off' | undefined } | undefined,
  defaultSegments: number | undefined,
): SpendConfig {
  const segments = settings?.segments ?? defaultSegments;
  const price = settings?.price;
  return {
    ...(typeof segments === 'number' && { segments }),
    ...(typeof price === 'number' && { price }),
  };
}

/** With a cap on money, a number without a price would count as free, and attackers choose the numbers. */
export function reviewPriceCap(path: Path, cap: number | 'off' | undefined, review: Review): void {
  if (typeof cap !== 'number' || review.isGiven(['prices', 'default'])) return;
  review.problem(path, 'needs prices.default: the price of a segment where no other price applies');
}

/** Undefined without prices: amounts are then unknown. */
export function priceTable(settings: Shared['prices']): PriceTable | undefined {
  if (settings === undefined) return undefined;
  const entries = Object.entries(settings).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  );
  const { default: otherwise = 0, ...byName } = Object.fromEntries(entries);
  return { byName, otherwise };
}

function firstGiven<T>(values: (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}
