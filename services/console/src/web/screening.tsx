import type { LimitRow } from '@sms-gateway/reporting';
import type { BlockRow } from '@sms-gateway/screening';
import { useEffect, useState } from 'preact/hooks';
import { ask, messageOf } from './api.ts';
import { timeOf } from './format.ts';
import { number, TablePanel } from './table.tsx';

export type Refusal = {
  at: string;
  id: string;
  connection: string;
  country: string | null;
  recipient: string;
  rules: string[];
};

const DURATIONS = [
  { value: '1h', title: 'one hour' },
  { value: '6h', title: 'six hours' },
  { value: '24h', title: 'a day' },
  { value: '7d', title: 'a week' },
  { value: '', title: 'until unblocked' },
];

type Props = { mayAct: boolean; refusals: Refusal[]; limits: LimitRow[] };

/** Limits, what they refused, and the kill switch. */
export function Screening({ mayAct, refusals, limits }: Props) {
  return (
    <>
      <h1>Screening</h1>
      <Blocks mayAct={mayAct} />
      <TablePanel
        id="limits"
        title="Limits"
        empty="No ingress has reported its limits."
        columns={['Connection', 'Rule', 'Limit', 'Mode', number('Refused'), number('Would have refused')]}
        rows={limits.map((limit) => (
          <tr key={`${limit.connection} ${limit.rule}`}>
            <td>{limit.connection}</td>
            <td>{limit.rule}</td>
            <td>{limit.max}</td>
            <td>{limit.mode}</td>
            <td class="number">{limit.refused}</td>
            <td class="number">{limit.recorded}</td>
          </tr>
        ))}
      />
      <TablePanel
        id="latest"
        title="Latest refusals"
        empty="Nothing was refused recently."
        columns={['Time', 'Recipient', 'Country', 'Rules', 'Connection']}
        rows={refusals.map((refusal) => (
          <tr key={refusal.id + refusal.at}>
            <td>{timeOf(refusal.at)}</td>
            <td>{refusal.recipient}</td>
            <td>{refusal.country ?? '–'}</td>
            <td>{refusal.rules.join(', ')}</td>
            <td>{refusal.connection}</td>
          </tr>
        ))}
      />
    </>
  );
}

function Blocks({ mayAct }: { mayAct: boolean }) {
  const [blocks, setBlocks] = useState<BlockRow[]>([]);
  const [destination, setDestination] = useState('');
  const [duration, setDuration] = useState('6h');
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState('');
  const [notice, setNotice] = useState('');

  async function change(work: () => Promise<string | undefined>): Promise<void> {
    setFailure('');
    try {
      setNotice((await work()) ?? '');
      setBlocks((await ask<{ blocks: BlockRow[] }>('/api/blocks')).blocks);
    } catch (error) {
      setFailure(messageOf(error));
    }
  }

  useEffect(() => void change(async () => undefined), []);

  function add(event: Event): void {
    event.preventDefault();
    void change(async () => {
      const block = await ask<BlockRow>('/api/blocks', {
        method: 'POST',
        body: { destination, reason, ...(duration !== '' && { for: duration }) },
      });
      setDestination('');
      setReason('');
      return `${block.destination} is blocked.`;
    });
  }

  return (
    <section class="panel" aria-labelledby="blocks">
      <h2 id="blocks">Blocked destinations</h2>
      {blocks.length === 0 ? (
        <p class="empty">Nothing is blocked.</p>
      ) : (
        <ul class="rows">
          {blocks.map((block) => (
            <li key={`${block.destination} ${block.source}`}>
              <strong>{block.destination}</strong>
              <span>
                {block.since === null
                  ? 'by the configuration'
                  : `since ${timeOf(block.since)}, ${block.until === null ? 'until unblocked' : `until ${timeOf(block.until)}`}`}
                {block.reason && `: ${block.reason}`}
              </span>
              {mayAct && block.source === undefined && (
                <button
                  type="button"
                  aria-label={`Unblock ${block.destination}`}
                  onClick={() =>
                    void change(async () => {
                      await ask(`/api/blocks?destination=${encodeURIComponent(block.destination)}`, {
                        method: 'DELETE',
                      });
                      return `${block.destination} is no longer blocked.`;
                    })
                  }
                >
                  Unblock
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayAct ? (
        <form class="fields" onSubmit={add}>
          <label>
            Destination
            <input
              value={destination}
              onInput={(event) => setDestination(event.currentTarget.value)}
              placeholder="+88, BD or all"
              required
            />
          </label>
          <label>
            For
            <select value={duration} onChange={(event) => setDuration(event.currentTarget.value)}>
              {DURATIONS.map(({ value, title }) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            Reason
            <input
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
              maxLength={200}
              required
            />
          </label>
          <button class="primary" type="submit">
            Block
          </button>
        </form>
      ) : (
        <p class="muted">You may view, but not block.</p>
      )}
      {failure !== '' && <p role="alert">{failure}</p>}
      <p role="status">{notice}</p>
    </section>
  );
}
