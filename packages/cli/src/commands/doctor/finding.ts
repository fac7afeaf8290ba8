export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** The result of one look: one line, and one line of advice where something must be done. Holds no secret. */
export type Finding = { status: Status; finding: string; advice: string | undefined };

export const ok = (finding: string): Finding => ({ status: 'ok', finding, advice: undefined });
/** Not looked at, because it is not set up or something before it failed. */
export const skipped = (finding: string): Finding => ({ status: 'skipped', finding, advice: undefined });
export const warning = (finding: string, advice: string): Finding => ({ status: 'warning', finding, advice });
export const failed = (finding: string, advice: string): Finding => ({ status: 'failed', finding, advice });

/** A finding of a check, by whose name it is asked for. */
export type NamedFinding = Finding & { name: string };
