import { useEffect, useState } from 'preact/hooks';
import { ask, messageOf } from './api.ts';
import { timeOf } from './format.ts';

type Finding = {
  check: string;
  status: 'ok' | 'warning' | 'failed';
  finding: string;
  advice: string | null;
};
type Answer = { at: string; findings: Finding[] };

const WORDS = { ok: 'ok', warning: 'warning', failed: 'failed' } as const;
const CLASSES = { ok: 'good', warning: 'warn', failed: 'bad' } as const;
/** The interval of the checks. */
const EVERY_MS = 5000;

/** The doctor's checks that the console can run. */
export function Doctor() {
  const [answer, setAnswer] = useState<Answer>();
  const [failure, setFailure] = useState('');

  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function look(): Promise<void> {
      try {
        setAnswer(await ask<Answer>('/api/doctor'));
        setFailure('');
      } catch (error) {
        setFailure(messageOf(error));
      }
      if (!isOver) timer = setTimeout(() => void look(), EVERY_MS);
    }
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);

  return (
    <>
      <h1>Doctor</h1>
      {failure !== '' && <p role="alert">{failure}</p>}
      {answer && <p class="muted">Checked at {timeOf(answer.at)}, and again every five seconds.</p>}
      <ul class="messages" aria-label="Findings">
        {answer?.findings.map(({ check, status, finding, advice }) => (
          <li key={check + finding} class="card">
            <header>
              <span class={`badge ${CLASSES[status]}`}>{WORDS[status]}</span>
              <strong>{check}</strong>
            </header>
            <p>{finding}</p>
            {advice !== null && <p>{advice}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
