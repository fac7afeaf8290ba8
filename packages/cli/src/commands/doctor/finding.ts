export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** One line, and one line of advice if something must be done. Contains no secret. */
export type Finding = { status: Status; finding: string; advice: string | undefined };

export const ok = (finding: string): Finding => ({ status: 'ok', finding, advice: undefined });
/** Not checked, because it is not set up or a prerequisite failed. */
export const skipped = (finding: string): Finding => ({ status: 'skipped', finding, advice: undefined });
export const warning = (finding: string, advice: string): Finding => ({ status: 'warning', finding, advice });
export const failed = (finding: string, advice: string): Finding => ({ status: 'failed', finding, advice });

/** A finding with the name of its check. */
export type NamedFinding = Finding & { name: string };
