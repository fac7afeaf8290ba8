import { useState } from 'preact/hooks';
import { ask } from './api.ts';
import { timeOf } from './format.ts';

type Attempt = {
  number: number;
  provider: string;
  result: string | null;
  reason: string | null;
  begunAt: string;
  concludedAt: string | null;
  receipt: { status: string; reason: string | null; at: string } | null;
};

type Found = {
  id: string | null;
  connection: string | null;
  acceptedAt: string;
  answered: { status: number; problem?: string; rules?: string[] };
  attempts: Attempt[];
  outcome: string | null;
  outcomeAt: string | null;
  verdict: string;
  advice: string;
};

type Answer = { number?: string; messages: Found[] };

/** Why did this code not arrive? The answer of `npm run gateway -- why`. */
export function Find() {
  const [asked, setAsked] = useState('');
  const [answer, setAnswer] = useState<Answer>();
  const [failure, setFailure] = useState('');
  const [isAsking, setIsAsking] = useState(false);

  async function search(event: Event): Promise<void> {
    event.preventDefault();
    setIsAsking(true);
    setFailure('');
    const text = asked.trim();
    try {
      setAnswer(
        await ask<Answer>('/api/messages/search', {
          method: 'POST',
          body: text.startsWith('msg_') ? { id: text } : { number: text },
        }),
      );
    } catch (error) {
      setAnswer(undefined);
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setIsAsking(false);
    }
  }

  return (
    <>
      <h1>Find</h1>
      <form class="panel fields" onSubmit={(event) => void search(event)}>
        <label>
          Phone number or message id
          <input
            name="number"
            value={asked}
            onInput={(event) => setAsked(event.currentTarget.value)}
            placeholder="+14155550123"
            autocomplete="off"
            required
          />
        </label>
        <button class="primary" type="submit" disabled={isAsking}>
          Find
        </button>
      </form>
      {failure !== '' && <p role="alert">{failure}</p>}
      <p role="status" class="muted">
        {answer &&
          `${answer.messages.length} of the last 72 hours${answer.number ? ` for ${answer.number}` : ''}`}
      </p>
      <ul class="messages" aria-label="Messages found">
        {answer?.messages.map((message) => (
          <Message key={`${message.id} ${message.acceptedAt}`} message={message} />
        ))}
      </ul>
    </>
  );
}

function Message({ message }: { message: Found }) {
  const { answered, attempts, outcome } = message;
  const isRefused = answered.status !== 200;
  return (
    <li class="card">
      <header>
        <strong>
          <time dateTime={message.acceptedAt}>{timeOf(message.acceptedAt)}</time>
        </strong>
        <span class={`badge ${isRefused || outcome === 'failed' || outcome === 'expired' ? 'bad' : ''}`}>
          {isRefused ? `refused ${answered.status}` : (outcome ?? 'under way')}
        </span>
        {message.connection !== null && <span class="badge">{message.connection}</span>}
        <span class="muted">{message.id}</span>
      </header>
      <p class="verdict">{message.verdict}</p>
      <p>{message.advice}</p>
      <ol class="timeline" aria-label="What happened">
        <li>
          {timeOf(message.acceptedAt)}: the caller was told {answered.status}
          {answered.problem && ` (${answered.problem.replaceAll('-', ' ')})`}
          {answered.rules && answered.rules.length > 0 && `, by ${answered.rules.join(', ')}`}
        </li>
        {attempts.map((attempt) => (
          <li key={attempt.number}>
            {timeOf(attempt.begunAt)}: attempt {attempt.number} through {attempt.provider},{' '}
            {attempt.result?.replaceAll('_', ' ') ?? 'never concluded'}
            {attempt.reason && ` (${attempt.reason})`}
            {attempt.receipt &&
              `; receipt at ${timeOf(attempt.receipt.at)}: ${attempt.receipt.status}${attempt.receipt.reason ? ` (${attempt.receipt.reason})` : ''}`}
          </li>
        ))}
        {outcome !== null && message.outcomeAt !== null && (
          <li>
            {timeOf(message.outcomeAt)}: {outcome}
          </li>
        )}
      </ol>
    </li>
  );
}
