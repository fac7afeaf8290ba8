import type { LastStep, StepsEnd } from '../../tenant/run-steps.ts';
import type { CommandResult } from '../command.ts';
import { exitCodeOf } from './failures.ts';

/** The result of writes that did not all succeed, and what to do now. `more` are lines for the end of the report. */
export function unfinishedReport(end: Exclude<StepsEnd, { kind: 'done' }>, more: string[]): CommandResult {
  const lines =
    end.kind === 'changed_by_others'
      ? [
          `Somebody else has changed ${end.what}, so it was not touched.`,
          end.done.length === 0
            ? 'Nothing was changed. Run this again to see the new state.'
            : `Done so far: ${end.done.join(', ')}. Run this again to see the new state and continue.`,
        ]
      : [end.failure.message, ...standing(end.last), afterwards(end.done, end.last)];
  return {
    exitCode: end.kind === 'changed_by_others' ? 1 : exitCodeOf(end.failure),
    output: [...lines, ...more, ''].join('\n'),
  };
}

function standing({ step, effect }: LastStep): string[] {
  switch (effect) {
    case 'none':
      return [];
    case 'in_effect':
      return [`A second look shows that it was done nevertheless: ${step}.`];
    case 'not_seen':
      return [`A second look does not show that ${step}, but the change may still take effect.`];
    case 'unknown':
      return [`It is not known whether ${step}.`];
  }
}

function afterwards(done: string[], { effect }: LastStep): string {
  if (done.length > 0) return `Done so far: ${done.join(', ')}. Run this again to continue.`;
  return effect === 'none' ? 'Nothing was changed.' : 'Run this again to check, and to continue.';
}
