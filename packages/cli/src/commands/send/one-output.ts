import type { Trace } from '@sms-gateway/delivery';
import { sendReport } from './send-report.ts';
import type { Followed } from './follow.ts';
import type { Output, OutputOptions } from './output.ts';
import { explainNotFollowed } from './result.ts';
import { wayLines } from './way.ts';

/** One message, for people: the call first, then each step as it becomes known. */
export function createOneOutput({ write, url, isSignedWithDevSecret }: OutputOptions): Output {
  const shown = new Set<string>();
  let acceptance = '';

  function showWay(trace: Trace): void {
    for (const line of wayLines(trace, acceptance).filter((candidate) => !shown.has(candidate))) {
      shown.add(line);
      write(`${line}\n`);
    }
  }

  return {
    answered: (call) => {
      if (call.answer?.kind === 'answered')
        acceptance = `HTTP 200 in ${Math.round(call.answer.durationMs)} ms`;
      write(sendReport({ url, ...call, isSignedWithDevSecret }).text);
    },
    progressed: (trace) => showWay({ ...trace, attempts: trace.attempts.filter(isOver) }),
    concluded: ({ followed }) => {
      if (followed === undefined) return;
      const trace = traceOf(followed);
      if (trace !== undefined) showWay(trace);
      const sentence = withoutOutcome(followed);
      if (sentence !== undefined) write(`${sentence}\n`);
    },
    end: (results) => {
      if (results.length === 0) write('Stopped before there was an answer.\n');
    },
  };
}

/** False for the last attempt while it is in progress. */
function isOver(
  { concludedAt }: Trace['attempts'][number],
  index: number,
  attempts: Trace['attempts'],
): boolean {
  return concludedAt !== undefined || index < attempts.length - 1;
}

function traceOf(followed: Followed): Trace | undefined {
  return followed.kind === 'not_followed' ? undefined : followed.trace;
}

function withoutOutcome(followed: Followed): string | undefined {
  switch (followed.kind) {
    case 'concluded':
      return undefined;
    case 'no_outcome':
      return 'The deadline has passed without an outcome. Is a worker running?';
    case 'stopped':
      return 'Stopped before the outcome.';
    case 'not_followed':
      return explainNotFollowed(followed.why);
  }
}
