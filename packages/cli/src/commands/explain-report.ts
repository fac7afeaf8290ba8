import type { RuleState } from '@sms-gateway/screening';
import type { DestinationRule } from '@sms-gateway/screening';
import type { Paint } from './command.ts';

/** The state of screening for one number. Times in milliseconds since the epoch. */
export type Explanation = {
  /** `countries` are those whose rules apply to the number. */
  number: { shown: string; country: string | null; countries: string[]; type: string | null };
  connection: string;
  screening: 'on' | 'record' | 'off';
  segments: number;
  destination: DestinationRule[];
  blocks: {
    destination: string;
    until: number | null;
    reason: string;
    /** Missing for blocks that an operator set. */
    source?: 'configuration';
  }[];
  rules: RuleState[];
  /** Who reports which codes were used. */
  wantedIsToldBy: 'application' | 'receipts';
  refusals: { at: number; messageId: string; rules: readonly string[] }[];
};

const DESTINATION_MEANINGS: Record<DestinationRule, string> = {
  denied_country: 'its country is in deniedCountries',
  denied_prefix: 'it begins with one of deniedPrefixes',
  number_type: 'its type is in deniedNumberTypes',
  allowed_countries: 'it is in neither allowedCountries nor allowedPrefixes',
};

/** The answer that a code to the number would get now. */
export function verdict({ screening, destination, blocks, rules }: Explanation): {
  status: number;
  rules: string[];
} {
  if (destination.length > 0 && screening === 'on') return { status: 403, rules: destination };
  if (blocks.length > 0) return { status: 403, rules: ['blocked'] };
  const reached = rules.filter(({ mode, retryAfterMs }) => mode === 'enforce' && retryAfterMs > 0);
  if (reached.length > 0) return { status: 429, rules: reached.map(({ rule }) => rule) };
  return { status: 200, rules: [] };
}

export function explanationReport(explanation: Explanation, paint: Paint): string {
  const { number, connection, screening, destination, blocks, rules, wantedIsToldBy, refusals } = explanation;
  const { status, rules: refusing } = verdict(explanation);
  const line = (name: string, text: string) => `  ${name.padEnd(26)}${text}`;
  const hasGuard = rules.some(({ rule }) => rule.startsWith('guard_'));
  return [
    `${number.shown}: ${placeOf(number)}, ${number.type ?? 'type unknown'}; connection ${connection}; SCREENING=${screening}`,
    '',
    paint('bold', 'Destination'),
    ...(screening === 'off'
      ? ['  not checked']
      : destination.length === 0
        ? ['  allowed']
        : destination.map((rule) => line(rule, paint('red', DESTINATION_MEANINGS[rule])))),
    ...blocks.map(({ destination: name, until, reason, source }) => {
      const end = until === null ? 'until unblocked' : `until ${time(until)}`;
      const how = source === 'configuration' ? 'by the configuration' : end;
      return line('blocked', paint('red', `${name} ${how} ${reason}`.trimEnd()));
    }),
    '',
    paint('bold', 'Limits, spending and guard'),
    ...(rules.length === 0 ? ['  none'] : rules.map((state) => line(state.rule, describe(state, paint)))),
    ...(hasGuard
      ? [
          `  The guard counts codes that nobody used; ${
            wantedIsToldBy === 'application'
              ? 'the application reports which ones were used.'
              : 'no application reports which ones were used, so delivery receipts count instead.'
          }`,
        ]
      : []),
    '',
    paint('bold', 'Refused recently'),
    ...(refusals.length === 0
      ? ['  nothing to this number']
      : refusals.map(({ at, messageId, rules: by }) => `  ${time(at)}  ${messageId}  ${by.join(', ')}`)),
    '',
    status === 200
      ? paint('green', 'A code now would be accepted: 200.')
      : paint('red', `A code now would be refused: ${status} (${refusing.join(', ')}).`),
    '',
  ].join('\n');
}

function describe({ rule, mode, sum, max, retryAfterMs }: RuleState, paint: Paint): string {
  const isMoney = rule.endsWith('_price');
  const amount = (value: number) => (isMoney ? (value / 1_000_000).toFixed(2) : String(value));
  const standing = `${amount(sum)} of ${amount(max)}`.padEnd(18);
  if (retryAfterMs === 0) return mode === 'record' ? `${standing}records only` : standing.trimEnd();
  const wait = `room in ${Math.ceil(retryAfterMs / 1000)} s`;
  return mode === 'record'
    ? `${standing}${paint('yellow', `would refuse (records only), ${wait}`)}`
    : `${standing}${paint('red', `refuses, ${wait}`)}`;
}

function placeOf({ country, countries: [assumed] }: Explanation['number']): string {
  if (country !== null) return country;
  return assumed === undefined ? 'no country' : `country unknown, so the rules for ${assumed} apply`;
}

const time = (at: number) => new Date(at).toISOString();
