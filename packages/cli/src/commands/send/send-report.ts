import type { ActionEnd, ActionRun } from '../../tenant/run-action.ts';
import {
  explainActionEnd,
  type GatewayAnswer,
  tellApplication,
  type ToldApplication,
} from '../../play-auth0.ts';
import { type Call, isTaken } from './caller.ts';

type Options = Call & { url: string; isSignedWithDevSecret: boolean };

export type SendReport = {
  isSuccess: boolean;
  text: string;
  json: {
    url: string;
    gateway: unknown;
    auth0: ToldApplication | (ActionEnd & { explanation: string; logged: string[] });
  };
};

/** What `npm run send` prints about one call, for people and for programs. */
export function sendReport(options: Options): SendReport {
  const { url, answer } = options;
  const { lines: verdictLines, json: auth0 } = options.action
    ? actionVerdict(options.action)
    : gatewayVerdict(options.answer);
  const lines = [
    `POST ${url}${options.action ? ', by the custom phone provider Action' : ''}`,
    `Gateway answered:              ${answerLine(answer)}`,
  ];
  if (answer?.kind === 'answered' && answer.body !== '') lines.push(answer.body.trimEnd());
  lines.push(...verdictLines, ...hints(options));
  return {
    isSuccess: isTaken(options),
    text: `${lines.join('\n')}\n`,
    json: { url, gateway: answer ? parsed(answer) : null, auth0 },
  };
}

/** Likely causes of the answers that are common during set-up. */
export function hints({ answer, isSignedWithDevSecret }: Omit<Options, 'url'>): string[] {
  if (answer?.kind === 'answered' && answer.status === 401 && isSignedWithDevSecret) {
    return [
      'The token is signed with the secret of npm start. If the gateway has its own AUTH0_SECRET and',
      'AUTH0_AUDIENCE, set the same ones here.',
    ];
  }
  if (answer?.kind === 'unreachable' && answer.code === 'ECONNREFUSED') {
    return ['Nothing listens there. Is the gateway running (npm start)?'];
  }
  return [];
}

type Verdict = { lines: string[]; json: SendReport['json']['auth0'] };

function gatewayVerdict(answer: GatewayAnswer): Verdict {
  const told = tellApplication(answer);
  return { lines: [`Auth0 tells the application:   ${toldLine(told)}`], json: told };
}

function actionVerdict({ end, logged, durationMs }: ActionRun): Verdict {
  const explanation = explainActionEnd(end);
  return {
    lines: [
      ...logged.map((line) => `The Action logged:             ${line}`),
      `The Action ended:              ${end.kind} after ${Math.round(durationMs)} ms`,
      `Auth0:                         ${explanation}`,
    ],
    json: { ...end, explanation, logged },
  };
}

/** The gateway's answer, such as `200 after 12 ms`. */
export function answerLine(answer: GatewayAnswer | undefined): string {
  switch (answer?.kind) {
    case undefined:
      return 'nothing';
    case 'answered':
      return `${answer.status} after ${Math.round(answer.durationMs)} ms`;
    case 'timed_out':
      return `nothing within ${answer.timeoutMs / 1000} s`;
    case 'unreachable':
      return `not reached (${answer.code})`;
  }
}

function toldLine(told: ToldApplication): string {
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
