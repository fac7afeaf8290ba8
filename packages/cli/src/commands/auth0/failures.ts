import { ConfigError } from '@sms-gateway/config';
import { type FailureKind, ManagementFailure } from '../../tenant/management-failure.ts';
import { type CommandResult, EX_CONFIG, EX_NOPERM, EX_TEMPFAIL, EX_UNAVAILABLE } from '../command.ts';

const EXIT_CODES: Record<FailureKind, number> = {
  bad_credentials: EX_NOPERM,
  missing_scope: EX_NOPERM,
  not_found: 1,
  conflict: 1,
  rate_limited: EX_TEMPFAIL,
  refused: 1,
  unclear: EX_UNAVAILABLE,
};

export function exitCodeOf({ kind }: ManagementFailure): number {
  return EXIT_CODES[kind];
}

/** Runs a command, and turns an expected failure into a sentence and an exit code. */
export async function orFailure(work: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ManagementFailure) {
      return { exitCode: exitCodeOf(error), output: `${error.message}\n` };
    }
    if (error instanceof ConfigError) return { exitCode: EX_CONFIG, output: `${error.message}\n` };
    if (isSystemError(error)) {
      return { exitCode: 1, output: `${error.path ?? 'A file'} cannot be used (${error.code}).\n` };
    }
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
