import type { WhyAnswer, WhyMessage } from '@sms-gateway/reporting';
import { useState } from 'preact/hooks';
import { ask, messageOf } from './api.ts';
import { timeOf } from './format.ts';

/** Why did this code not arrive? The answer of `npm run gateway -- why`. */
export function Find() {
  const [asked, setAsked] = useState('');
  const [answer, setAnswer] = useState<WhyAnswer>();
  const [failure, setFailure] = useState('');
  const [isAsking, setIsAsking] = useState(false);

  async function search(event: Event): Promise<void> {
    event.preventDefault();
    setIsAsking(true);
    setFailure('');
    const text = asked.trim();
    try {
      setAnswer(
        await ask<WhyAnswer>('/api/messages/search', {
          method: 'POST',
          body: text.startsWith('msg_') ? { id: text } : { number: text },
        }),
      );
    } catch (error) {
      setAnswer(undefined);
      setFailure(messageOf(error));
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
          `${answer.messages.length} found in the last 72 hours${answer.number ? ` for ${answer.number}` : ''}`}
      </p>
      <ul class="messages" aria-label="Messages found">
        {answer?.messages.map((message) => (
          <Message key={`${message.id} ${message.acceptedAt}`} message={message} />
        ))}
      </ul>
    </>
  );
}

function Message({ message }: { message: WhyMessage }) {
  const { answered, attempts, outcome } = message;
  const isRefused = answered.status !== 200;
  return (
    <li class="card">
      <header>
        <strong>
          <time dateTime={message.acceptedAt}>{timeOf(message.acceptedAt)}</time>
        </strong>
        <span class={`badge ${isRefused || outcome === 'failed' || outcome === 'expired' ? 'bad' : ''}`}>
          {isRefused ? `refused ${answered.status}` : (outcome ?? 'in progress')}
        </span>
        {message.connection !== null && <span class="badge">{message.connection}</span>}
        <span class="muted">{message.id}</span>
      </header>
      <p class="verdict">{message.verdict}</p>
      <p>{message.advice}</p>
      <ol class="timeline" aria-label="What happened">
        <li>
          {timeOf(message.acceptedAt)}: answered {answered.status}
          {answered.problem && ` (${answered.problem.replaceAll('_', ' ')})`}
          {answered.rules && answered.rules.length > 0 && `, by ${answered.rules.join(', ')}`}
        </li>
        {attempts.map((attempt) => (
          <li key={attempt.number}>
            {timeOf(attempt.begunAt)}: attempt {attempt.number} through {attempt.provider},{' '}
            {attempt.result?.replaceAll('_', ' ') ?? 'no result'}
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
