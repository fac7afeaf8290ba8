import { useState } from 'preact/hooks';
import type { Overview } from '@sms-gateway/reporting';
import { Chart } from './chart.tsx';
import { countryName, durationOf, numberOf, timeOf } from './format.ts';
import { Countries, Providers } from './rankings.tsx';
import { number, TablePanel } from './table.tsx';

export type View = { window: string; country: string };

export const WINDOWS = [
  { value: '15m', title: 'last 15 minutes' },
  { value: '1h', title: 'last hour' },
  { value: '24h', title: 'last 24 hours' },
  { value: '72h', title: 'last 72 hours' },
];

type Props = { overview: Overview | undefined; view: View; onView: (view: View) => void };

export function Now({ overview, view, onView }: Props) {
  const [seen, setSeen] = useState<string[]>([]);
  const known = [
    ...new Set([...seen, ...(overview?.countries.map(({ country }) => country) ?? [])]),
  ].toSorted();
  if (known.length !== seen.length) setSeen(known);
  const windowTitle = WINDOWS.find(({ value }) => value === view.window)?.title ?? view.window;
  return (
    <>
      <div class="toolbar">
        <h1>Now</h1>
        <label>
          <span class="visually-hidden">Time</span>
          <select
            value={view.window}
            onChange={(event) => onView({ ...view, window: event.currentTarget.value })}
          >
            {WINDOWS.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="visually-hidden">Country</span>
          <select
            value={view.country}
            onChange={(event) => onView({ ...view, country: event.currentTarget.value })}
          >
            <option value="">all countries</option>
            {known.map((country) => (
              <option key={country} value={country}>
                {countryName(country)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {overview === undefined ? (
        <p class="empty">Loading …</p>
      ) : (
        <Filled
          overview={overview}
          windowTitle={windowTitle}
          onCountry={(country) => onView({ ...view, country })}
        />
      )}
    </>
  );
}

function Filled({
  overview,
  windowTitle,
  onCountry,
}: {
  overview: Overview;
  windowTitle: string;
  onCountry: (country: string) => void;
}) {
  const { totals, acceptToSent, acceptToDelivered, queue, workers } = overview;
  return (
    <>
      <dl class="tiles">
        <Tile title="Accepted" value={numberOf(totals.accepted)} />
        <Tile title="Sent" value={numberOf(totals.sent)} />
        <Tile title="Delivered" value={numberOf(totals.delivered)} />
        <Tile title="Undelivered" value={numberOf(totals.undelivered)} isBad={totals.undelivered > 0} />
        <Tile title="Failed" value={numberOf(totals.failed)} isBad={totals.failed > 0} />
        <Tile title="Expired" value={numberOf(totals.expired)} isBad={totals.expired > 0} />
        <Tile title="Refused" value={numberOf(totals.refused)} />
        <Tile
          title="Accept → sent, p50 / p95"
          value={`${durationOf(acceptToSent.p50Ms)} / ${durationOf(acceptToSent.p95Ms)}`}
        />
        <Tile
          title="Accept → delivered, p50 / p95"
          value={`${durationOf(acceptToDelivered.p50Ms)} / ${durationOf(acceptToDelivered.p95Ms)}`}
        />
        <Tile
          title="In the queue"
          value={numberOf(queue.waiting + queue.delayed + queue.active)}
          isBad={queue.oldestAgeMs > 30_000}
        />
        <Tile
          title="Oldest in the queue"
          value={queue.oldestAgeMs === 0 ? '–' : durationOf(queue.oldestAgeMs)}
          isBad={queue.oldestAgeMs > 30_000}
        />
        <Tile title="Workers" value={numberOf(workers.length)} isBad={workers.length === 0} />
      </dl>
      {overview.changes.length > 0 && (
        <section class="panel" aria-labelledby="changes">
          <h2 id="changes">What changed in the last hour</h2>
          <ul>
            {overview.changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </section>
      )}
      <section class="panel" aria-labelledby="rate">
        <h2 id="rate">Messages per minute</h2>
        <Chart
          series={overview.series}
          label={`Messages per minute, ${windowTitle}: ${totals.accepted} accepted, ${totals.sent} sent, ${totals.delivered} delivered`}
        />
      </section>
      <Providers rows={overview.providers} />
      <Countries rows={overview.countries} onCountry={onCountry} />
      <TablePanel
        id="refusals"
        title="Refused"
        empty="Nothing was refused."
        columns={['Rule or reason', number('Refused'), number('Only recorded')]}
        rows={overview.refusals.map(({ reason, refused, recorded }) => (
          <tr key={reason}>
            <td>{reason}</td>
            <td class="number">{numberOf(refused)}</td>
            <td class="number">{numberOf(recorded)}</td>
          </tr>
        ))}
      />
      <section class="panel" aria-labelledby="workers">
        <h2 id="workers">Workers</h2>
        {workers.length === 0 ? (
          <p role="alert">No worker is running. Accepted messages wait until one starts.</p>
        ) : (
          <ul>
            {workers.map(({ name, version, seenAt }) => (
              <li key={name}>
                {name}, version {version}, last seen {timeOf(seenAt)}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Tile({ title, value, isBad = false }: { title: string; value: string; isBad?: boolean }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd class={isBad ? 'bad' : ''}>{value}</dd>
    </div>
  );
}
