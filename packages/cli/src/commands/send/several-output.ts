import { answerLine, hints } from './send-report.ts';
import { fieldOf } from './caller.ts';
import type { Output, OutputOptions } from './output.ts';
import { explainNotFollowed, recipientHint, type Result } from './result.ts';
import { summarise, summaryLines } from './summary.ts';
import { compactWay } from './way.ts';

type Options = OutputOptions & { as: 'gateway' | 'action' };

/** Several messages, for people: a line for each when it has its result, and a summary. */
export function createSeveralOutput({ write, url, as, count, isSignedWithDevSecret }: Options): Output {
  write(`POST ${url}${as === 'action' ? ', by the custom phone provider Action' : ''}\n`);
  return {
    answered: () => undefined,
    progressed: () => undefined,
    concluded: (result) =>
      write(`${String(result.number).padStart(String(count).length)}  ${resultLine(result)}\n`),
    end: (results, durationMs) => {
      const remarks = new Set(
        results.flatMap(({ call, followed }) => [
          ...hints({ ...call, isSignedWithDevSecret }),
          ...(followed?.kind === 'not_followed' ? [explainNotFollowed(followed.why)] : []),
        ]),
      );
      const lines = ['', ...summaryLines(summarise(results, { count, durationMs })), ...remarks];
      write(`${lines.join('\n')}\n`);
    },
  };
}

function resultLine({ recipient, call, followed }: Result): string {
  const { answer, action } = call;
  const isRefused = answer?.kind === 'answered' && answer.status !== 200;
  return [
    recipientHint(recipient).padEnd(9),
    answerLine(answer),
    ...(action ? [`the Action ${withReason(action.end)}`] : []),
    ...(isRefused ? [fieldOf(answer, 'detail') ?? ''] : []),
    followed === undefined || followed.kind === 'not_followed' || followed.trace === undefined
      ? ''
      : compactWay(followed.trace),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function withReason(end: object & { kind: string; reason?: string; message?: string }): string {
  const reason = end.reason ?? end.message;
  return reason === undefined ? end.kind : `${end.kind} (${reason})`;
}
