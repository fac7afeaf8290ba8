import { useEffect, useState } from 'preact/hooks';
import { ask } from './api.ts';
import { timeOf } from './format.ts';

type Finding = {
  check: string;
  status: 'ok' | 'warning' | 'problem';
  message: string;
  remedy: string | null;
};
type Answer = { at: string; findings: Finding[] };

const WORDS = { ok: 'well', warning: 'look', problem: 'wrong' } as const;
const CLASSES = { ok: 'good', warning: 'warn', problem: 'bad' } as const;
/** Milliseconds between two looks. */
const EVERY_MS = 10_000;

/** The doctor's checks of what this console can see. */
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
        setFailure(error instanceof Error ? error.message : String(error));
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
      {answer && <p class="muted">Looked at {timeOf(answer.at)}, again every ten seconds.</p>}
      <ul class="messages" aria-label="Findings">
        {answer?.findings.map(({ check, status, message, remedy }) => (
          <li key={check + message} class="card">
            <header>
              <span class={`badge ${CLASSES[status]}`}>{WORDS[status]}</span>
              <strong>{check}</strong>
            </header>
            <p>{message}</p>
            {remedy !== null && <p>{remedy}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
