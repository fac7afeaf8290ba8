import { ManagementFailure } from './management-failure.ts';

/** One write at Auth0. */
export type Step = {
  /** What is true once it is done, such as "the Action is deployed". */
  done: string;
  /** Writes nothing and returns what somebody else has changed, or else undefined. @throws {ManagementFailure} */
  run(): Promise<string | undefined>;
  /** Whether it is in effect; called if the write had no clear result. @throws {ManagementFailure} */
  isDone(): Promise<boolean>;
};

export type StepsEnd =
  | { kind: 'done' }
  | { kind: 'changed_by_others'; what: string; done: string[] }
  | { kind: 'stopped'; failure: ManagementFailure; done: string[]; last: LastStep };

/** The state of the failed step. After an unclear failure it comes from a second look, which may fail as well. */
export type LastStep = { step: string; effect: 'none' | 'in_effect' | 'not_seen' | 'unknown' };

/** One after the other, until one fails. */
export async function runSteps(steps: readonly Step[]): Promise<StepsEnd> {
  const done: string[] = [];
  for (const step of steps) {
    try {
      const what = await step.run();
      if (what !== undefined) return { kind: 'changed_by_others', what, done };
    } catch (failure) {
      if (!(failure instanceof ManagementFailure)) throw failure;
      return {
        kind: 'stopped',
        failure,
        done,
        last: { step: step.done, effect: await lookAgain(step, failure) },
      };
    }
    done.push(step.done);
  }
  return { kind: 'done' };
}

async function lookAgain(step: Step, { kind }: ManagementFailure): Promise<LastStep['effect']> {
  if (kind !== 'unclear') return 'none';
  try {
    return (await step.isDone()) ? 'in_effect' : 'not_seen';
  } catch (error) {
    if (error instanceof ManagementFailure) return 'unknown';
    throw error;
  }
}
