import type { ChangeEnd } from '../../tenant/change-connection.ts';
import type { OptionChange } from '../../tenant/connection-options.ts';
import type { CommandResult, Paint } from '../command.ts';
import { exitCodeOf } from './failures.ts';

/** The changed fields, a line for the old value and a line for the new one. */
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
          ...(end.remark === undefined ? [] : [`${end.remark} The change is in effect nevertheless.`]),
          `To undo it: ${restore}`,
          '',
        ].join('\n'),
      };
    case 'changed_by_others':
      return {
        exitCode: 1,
        output: [
          `Somebody else has changed ${name}, so nothing was written. Run this again to see the new state.`,
          ...changeLines(end.changes, paint),
          '',
        ].join('\n'),
      };
    case 'not_changed':
      return {
        exitCode: end.failure === undefined ? 1 : exitCodeOf(end.failure),
        output: `${end.failure?.message ?? 'Auth0 accepted the change, but it is not in effect.'} ${name} is unchanged.\n`,
      };
    case 'half_changed':
      return {
        exitCode: 1,
        output: [
          `${end.failure?.message ?? 'Auth0 accepted the change.'} Only a part of it is in effect. ${name} still needs:`,
          ...changeLines(end.changes, paint),
          `Run this again, or restore the previous settings: ${restore}`,
          '',
        ].join('\n'),
      };
    case 'unknown':
      return {
        exitCode: exitCodeOf(end.failure),
        output: `${end.failure.message} ${name} cannot be read now, so it is not known whether it has changed. Run this again later, or restore the previous settings: ${restore}\n`,
      };
  }
}
