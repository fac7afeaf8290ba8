import { render } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask, listenTo, messageOf } from './api.ts';
import { timeOf } from './format.ts';
import { Shell } from './shell.tsx';
import { TablePanel } from './table.tsx';
import './styles.css';

type Message = {
  id: string;
  connection: string | null;
  to: string;
  from: string | null;
  body: string;
  code: string | null;
  encoding: string;
  segments: number;
  receivedAt: string;
  arrived: boolean;
  result: string;
};

type SimulatedNumber = { number: string; description: string };

/** As many as the inbox keeps. */
const SHOWN = 1000;

function Inbox() {
  const [messages, setMessages] = useState<Message[]>();
  const [isLive, setIsLive] = useState(false);
  const [search, setSearch] = useState('');
  const [notice, setNotice] = useState('');
  const searchField = useRef<HTMLInputElement>(null);

  async function load(): Promise<void> {
    try {
      setMessages((await ask<{ messages: Message[] }>('/api/inbox/messages?all=1')).messages);
    } catch (error) {
      setNotice(messageOf(error));
    }
  }

  useEffect(() => {
    void load();
    let wasLive = false;
    return listenTo(
      '/api/inbox/events',
      {
        message: (message: Message) => {
          setMessages((before = []) => [message, ...before].slice(0, SHOWN));
          setNotice(`New message for ${message.to}`);
        },
      },
      (live) => {
        // The list contains what arrived while the stream was interrupted.
        if (live && !wasLive) void load();
        wasLive = live;
        setIsLive(live);
      },
    );
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      searchField.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return messages?.filter((message) => {
      const text = `${message.to} ${message.from ?? ''} ${message.body} ${message.connection ?? ''} ${message.result}`;
      return words.every((word) => text.toLowerCase().includes(word));
    });
  }, [messages, search]);

  async function clear(): Promise<void> {
    try {
      await ask('/api/inbox/messages', { method: 'DELETE' });
      setMessages([]);
      setNotice('The inbox is empty.');
    } catch (error) {
      setNotice(messageOf(error));
    }
  }

  return (
    <Shell current="inbox" hasInbox isLive={isLive}>
      <div class="toolbar">
        <h1>Inbox</h1>
        <label class="search">
          <span class="visually-hidden">Search messages</span>
          <input
            ref={searchField}
            type="search"
            placeholder="Search number, text, connection ( / )"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <button type="button" onClick={() => void clear()} disabled={!messages?.length}>
          Clear
        </button>
      </div>
      <p class="visually-hidden" role="status">
        {notice}
      </p>
      {messages?.length === 0 && (
        <p class="empty">
          No messages yet. Send one: <kbd>npm run send -- +14155550123</kbd>
        </p>
      )}
      {found?.length === 0 && messages?.length !== 0 && <p class="empty">No message matches “{search}”.</p>}
      <ul class="messages" aria-label="Messages">
        {found?.map((message) => (
          <Card key={message.id + message.receivedAt} message={message} onCopied={setNotice} />
        ))}
      </ul>
      <TryFailures />
    </Shell>
  );
}

function Card({ message, onCopied }: { message: Message; onCopied: (notice: string) => void }) {
  const { code, arrived } = message;
  return (
    <li class={`card ${arrived ? '' : 'lost'}`}>
      <header>
        <strong>{message.to}</strong>
        <span>
          from {message.from ?? 'the default sender'} ·{' '}
          <time dateTime={message.receivedAt}>{timeOf(message.receivedAt)}</time>
        </span>
      </header>
      <p class="bubble" dir="auto">
        {message.body}
      </p>
      <footer>
        {code !== null && (
          <span class="code">
            <output aria-label="Code">{code}</output>
            <CopyButton text={code} label={`Copy code ${code}`} onCopied={() => onCopied('Code copied')} />
          </span>
        )}
        <span class={`badge ${arrived ? 'good' : 'bad'}`}>
          {arrived ? 'arrived' : `did not arrive: ${message.result}`}
        </span>
        {message.connection !== null && <span class="badge">{message.connection}</span>}
        <span class="badge">
          {message.encoding} · {message.segments} {message.segments === 1 ? 'segment' : 'segments'}
        </span>
      </footer>
    </li>
  );
}

function CopyButton({ text, label, onCopied }: { text: string; label: string; onCopied?: () => void }) {
  const [title, setTitle] = useState('Copy');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setTitle('Copied');
      onCopied?.();
    } catch {
      setTitle('Not allowed');
    }
    setTimeout(setTitle, 1500, 'Copy');
  }
  return (
    <button type="button" aria-label={label} onClick={() => void copy()}>
      {title}
    </button>
  );
}

function TryFailures() {
  const [numbers, setNumbers] = useState<SimulatedNumber[]>([]);
  useEffect(() => {
    ask<{ numbers: SimulatedNumber[] }>('/api/inbox/numbers').then(
      (answer) => setNumbers(answer.numbers),
      () => undefined,
    );
  }, []);
  if (numbers.length === 0) return null;
  return (
    <details>
      <summary>Try failures, delays and receipts</summary>
      <TablePanel
        id="numbers"
        title="A message to one of these numbers behaves as described"
        empty=""
        columns={['Number', 'What happens', 'Command']}
        rows={numbers.map(({ number, description }) => (
          <tr key={number}>
            <td>{number}</td>
            <td>{description}</td>
            <td>
              <CopyButton text={`npm run send -- ${number}`} label={`Copy the command for ${number}`} />
            </td>
          </tr>
        ))}
      />
    </details>
  );
}

const root = document.getElementById('app');
if (root) render(<Inbox />, root);
