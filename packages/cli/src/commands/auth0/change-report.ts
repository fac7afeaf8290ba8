import type { ChangeEnd } from '../../tenant/change-connection.ts';
import type { OptionChange } from '../../tenant/connection-options.ts';
import type { CommandResult, Paint } from '../command.ts';
import { exitCodeOf } from './failures.ts';

/** A change, one line a side. */
export function changeLines(changes: readonly OptionChange[], paint: Paint): string[] {
  return changes.flatMap(({ field, from, to }) => [
    ...(from === undefined ? [] : [paint('red', `  - ${field}: ${from}`)]),
    ...(to === undefined ? [] : [paint('green', `  + ${field}: ${to}`)]),
  ]);
}

type Report = {
  end: ChangeEnd;
  /** Name of the connection. */
  name: string;
  paint: Paint;
};

/** The result of a change of a connection, and what to do now. */
export function changeReport({ end, name, paint }: Report): CommandResult {
  const restore = 'savedTo' in end ? `npm run gateway -- auth0 restore ${end.savedTo}` : '';
  switch (end.kind) {
    case 'changed':
      return {
        exitCode: 0,
        output: [
          paint('green', `${name} is changed.`),
          ...(end.remark === undefined ? [] : [`${end.remark} The change is in effect all the same.`]),
          `To take it back: ${restore}`,
          '',
        ].join('\n'),
      };
    case 'changed_by_others':
      return {
        exitCode: 1,
        output: [
          `${name} was changed by somebody else meanwhile, so nothing was written. Run this again to see the new state.`,
          ...changeLines(end.changes, paint),
          '',
        ].join('\n'),
      };
    case 'not_changed':
      return {
        exitCode: end.failure === undefined ? 1 : exitCodeOf(end.failure),
        output: `${end.failure?.message ?? 'Auth0 took the change, and it is not there.'} ${name} is as it was.\n`,
      };
    case 'half_changed':
      return {
        exitCode: 1,
        output: [
          `${end.failure?.message ?? 'Auth0 took the change.'} ${name} is neither what it was nor what it should be. It still wants:`,
          ...changeLines(end.changes, paint),
          `Run this again, or put back what was there: ${restore}`,
          '',
        ].join('\n'),
      };
    case 'unknown':
      return {
        exitCode: exitCodeOf(end.failure),
        output: `${end.failure.message} Whether ${name} is changed is not known, and it cannot be read now. Run this again in a while, or put back what was there: ${restore}\n`,
      };
  }
}
