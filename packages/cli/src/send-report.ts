import { type GatewayAnswer, tellApplication, type ToldApplication } from './play-auth0.ts';

type Options = { url: string; answer: GatewayAnswer; isSignedWithDevSecret: boolean };

export type SendReport = {
  isSuccess: boolean;
  text: string;
  json: { url: string; gateway: unknown; auth0: ToldApplication };
};

/** What `npm run send` prints, for people and for programs. */
export function sendReport({ url, answer, isSignedWithDevSecret }: Options): SendReport {
  const told = tellApplication(answer);
  const lines = [`POST ${url}`, `Gateway answered:              ${gatewayLine(answer)}`];
  if (answer.kind === 'answered' && answer.body !== '') lines.push(answer.body.trimEnd());
  lines.push(`Auth0 tells the application:   ${auth0Line(told)}`);
  if (answer.kind === 'answered' && answer.status === 401 && isSignedWithDevSecret) {
    lines.push(
      'Signed with the secret that npm start made. If the gateway runs with its own AUTH0_SECRET and',
      'AUTH0_AUDIENCE, set the same ones here.',
    );
  }
  if (answer.kind === 'unreachable' && answer.code === 'ECONNREFUSED') {
    lines.push('Nothing listens there. Is the gateway running (npm start)?');
  }
  return {
    isSuccess: told.status === 200,
    text: `${lines.join('\n')}\n`,
    json: { url, gateway: parsed(answer), auth0: told },
  };
}

function gatewayLine(answer: GatewayAnswer): string {
  switch (answer.kind) {
    case 'answered':
      return `${answer.status} after ${Math.round(answer.durationMs)} ms`;
    case 'timed_out':
      return `nothing within ${answer.timeoutMs / 1000} s`;
    case 'unreachable':
      return `not reached (${answer.code})`;
  }
}

function auth0Line(told: ToldApplication): string {
  switch (told.status) {
    case 200:
      return '200, the code is on its way';
    case 400:
      return `400 ${JSON.stringify({ error: told.error, error_description: told.error_description })}`;
    case undefined:
      return told.explanation;
  }
}

function parsed(answer: GatewayAnswer): unknown {
  if (answer.kind !== 'answered') return answer;
  try {
    return { ...answer, body: JSON.parse(answer.body) as unknown };
  } catch {
    return answer;
  }
}
