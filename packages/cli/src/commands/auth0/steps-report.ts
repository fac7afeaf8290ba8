import type { LastStep, StepsEnd } from '../../tenant/run-steps.ts';
import type { CommandResult } from '../command.ts';
import { exitCodeOf } from './failures.ts';

/** The result of writes that did not all succeed, and what to do now. `more` are lines for the end. */
export function unfinishedReport(end: Exclude<StepsEnd, { kind: 'done' }>, more: string[]): CommandResult {
  const lines =
    end.kind === 'changed_by_others'
      ? [
          `Somebody else has changed ${end.what} meanwhile, so it was not touched.`,
          end.done.length === 0
            ? 'Nothing was changed. Run this again to see the new state.'
            : `Done before: ${end.done.join(', ')}. Run this again to see the new state, and to go on.`,
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
      return [`A second look shows that it was done all the same: ${step}.`];
    case 'not_seen':
      return [`A second look does not show that ${step}, but it may have been changed and still come.`];
    case 'unknown':
      return [`It may have been changed; whether ${step} cannot be seen now.`];
  }
}

function afterwards(done: string[], { effect }: LastStep): string {
  if (done.length > 0) return `Done before: ${done.join(', ')}. Run this again to go on.`;
  return effect === 'none' ? 'Nothing was changed.' : 'Run this again to look, and to go on.';
}
