import { useState } from 'preact/hooks';
import { ask, messageOf } from './api.ts';

/** Asks for the password, or sends the browser to the identity provider. */
export function SignIn({ kind, onSignedIn }: { kind: 'password' | 'oidc'; onSignedIn: () => void }) {
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState('');

  async function signIn(event: Event): Promise<void> {
    event.preventDefault();
    try {
      await ask('/api/session', { method: 'POST', body: { password } });
      onSignedIn();
    } catch (error) {
      setFailure(messageOf(error));
    }
  }

  return (
    <main id="content" class="sign-in">
      <h1>SMS gateway</h1>
      {kind === 'oidc' ? (
        <p>
          <a class="button" href="/sign-in">
            Sign in
          </a>
        </p>
      ) : (
        <form class="panel fields" onSubmit={(event) => void signIn(event)}>
          <label>
            Password
            <input
              type="password"
              autocomplete="current-password"
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
              required
            />
          </label>
          <button class="primary" type="submit">
            Sign in
          </button>
        </form>
      )}
      {failure !== '' && <p role="alert">{failure}</p>}
    </main>
  );
}
