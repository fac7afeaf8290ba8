import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Overview } from '@sms-gateway/reporting';
import { ApiError, ask, listenTo, messageOf } from './api.ts';
import { Doctor } from './doctor.tsx';
import { Find } from './find.tsx';
import { Now, type View } from './now.tsx';
import { type Refusal, Screening } from './screening.tsx';
import { type Place, Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import './styles.css';

type Session = {
  signIn: 'none' | 'password' | 'oidc';
  operator: { who: string; role: 'view' | 'act' } | null;
  hasInbox: boolean;
};

const PLACES: readonly Place[] = ['now', 'find', 'screening', 'doctor'];
const placeOf = (hash: string) => PLACES.find((place) => `#${place}` === hash) ?? 'now';
/** How many refusals the page keeps. */
const KEPT = 100;

function App() {
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState('');

  async function load(): Promise<void> {
    try {
      setSession(await ask<Session>('/api/session'));
    } catch (error) {
      setFailure(messageOf(error));
    }
  }
  useEffect(() => void load(), []);

  if (failure !== '') return <p role="alert">{failure}</p>;
  if (session === undefined) return null;
  if (session.operator === null && session.signIn !== 'none') {
    return <SignIn kind={session.signIn} onSignedIn={() => void load()} />;
  }
  return <Operator session={session} onSignedOut={() => void load()} />;
}

function Operator({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const [place, setPlace] = useState(placeOf(location.hash));
  const [view, setView] = useState<View>({ window: '1h', country: '' });
  const [overview, setOverview] = useState<Overview>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isLive, setIsLive] = useState(false);

  useEffect(() => {
    const onHash = () => {
      setPlace(placeOf(location.hash));
      document.getElementById('content')?.focus();
    };
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);

  useEffect(
    () =>
      listenTo(
        `/api/events?${new URLSearchParams(view)}`,
        {
          overview: setOverview,
          refusals: (latest: Refusal[]) => setRefusals((before) => [...latest, ...before].slice(0, KEPT)),
        },
        (live) => {
          setIsLive(live);
          if (live) return setRefusals([]);
          // The session may have expired, which an event stream does not report.
          ask('/api/overview').catch((error) => {
            if (error instanceof ApiError && error.status === 401) onSignedOut();
          });
        },
      ),
    [view],
  );

  const { operator } = session;
  return (
    <Shell
      current={place}
      hasInbox={session.hasInbox}
      isLive={isLive}
      aside={
        session.signIn !== 'none' && (
          <button
            type="button"
            onClick={() => void ask('/api/session', { method: 'DELETE' }).then(onSignedOut)}
          >
            Sign out {operator?.who}
          </button>
        )
      }
    >
      {place === 'now' && <Now overview={overview} view={view} onView={setView} />}
      {place === 'find' && <Find />}
      {place === 'screening' && (
        <Screening mayAct={operator?.role === 'act'} refusals={refusals} limits={overview?.limits ?? []} />
      )}
      {place === 'doctor' && <Doctor />}
    </Shell>
  );
}

const root = document.getElementById('app');
if (root) render(<App />, root);
