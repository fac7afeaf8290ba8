import type { CountryRow, ProviderRow } from '@sms-gateway/reporting';
import { countryName, durationOf, numberOf, percentOf, timeOf } from './format.ts';
import { number, TablePanel } from './table.tsx';

const failedOf = ({ attempts, results }: ProviderRow) => attempts - (results['accepted'] ?? 0);

/** Every result but `accepted`, most frequent first, such as `throttled 12, transient 3`. */
function errorsOf({ results }: ProviderRow): string {
  return Object.entries(results)
    .filter(([result, count]) => result !== 'accepted' && count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([result, count]) => `${result.replaceAll('_', ' ')} ${numberOf(count)}`)
    .join(', ');
}

/** Worst first: by failed attempts, then by undelivered messages. */
function worstFirst(a: ProviderRow, b: ProviderRow): number {
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return (
    ratio(failedOf(b), b.attempts) - ratio(failedOf(a), a.attempts) ||
    ratio(b.undelivered, b.undelivered + b.delivered) - ratio(a.undelivered, a.undelivered + a.delivered)
  );
}

function State({ isAvailable, reason }: Pick<ProviderRow, 'isAvailable' | 'reason'>) {
  if (isAvailable === null) return <td class="muted">unknown</td>;
  if (isAvailable) return <td class="good">available</td>;
  return <td class="bad">unavailable{reason !== null && `: ${reason}`}</td>;
}

export function Providers({ rows }: { rows: ProviderRow[] }) {
  return (
    <TablePanel
      id="providers"
      title="Providers, worst first"
      empty="No provider was called."
      columns={[
        'Provider',
        'State',
        number('Attempts'),
        number('Errors'),
        'By class',
        number('Delivered'),
        number('Latency p50 / p95'),
        'Last error',
      ]}
      rows={rows.toSorted(worstFirst).map((row) => (
        <tr key={row.name}>
          <th scope="row">{row.name}</th>
          <State isAvailable={row.isAvailable} reason={row.reason} />
          <td class="number">{numberOf(row.attempts)}</td>
          <td class="number">{percentOf(failedOf(row), row.attempts)}</td>
          <td>{errorsOf(row) || '–'}</td>
          <td class="number">{percentOf(row.delivered, row.delivered + row.undelivered)}</td>
          <td class="number">
            {durationOf(row.latency.p50Ms)} / {durationOf(row.latency.p95Ms)}
          </td>
          <td>{row.lastError === null ? '–' : `${row.lastError.words} (${timeOf(row.lastError.at)})`}</td>
        </tr>
      ))}
    />
  );
}

export function Countries({ rows, onCountry }: { rows: CountryRow[]; onCountry: (country: string) => void }) {
  return (
    <TablePanel
      id="countries"
      title="Countries"
      empty="No messages."
      columns={['Country', number('Accepted'), number('Sent'), number('Delivered'), number('Verified')]}
      rows={rows
        .toSorted((a, b) => b.accepted - a.accepted)
        .map((row) => (
          <tr key={row.country}>
            <th scope="row">
              <button type="button" class="link" onClick={() => onCountry(row.country)}>
                {countryName(row.country)}
              </button>
            </th>
            <td class="number">{numberOf(row.accepted)}</td>
            <td class="number">{numberOf(row.sent)}</td>
            <td class="number">{percentOf(row.delivered, row.delivered + row.undelivered)}</td>
            <td class="number">{percentOf(row.verified, row.sent)}</td>
          </tr>
        ))}
    />
  );
}
