/** The attempt that a provider's message id is filed for. */
export type FiledAttempt = {
  messageId: string;
  attempt: number;
  /** The id is that of a part after the first: its delivery alone does not deliver the message. */
  isFurtherPart: boolean;
};

export function formatFiled({ messageId, attempt, isFurtherPart }: FiledAttempt): string {
  return `${messageId}.${attempt}${isFurtherPart ? '.part' : ''}`;
}

/** Undefined for what `formatFiled` does not write. */
export function parseFiled(filed: string): FiledAttempt | undefined {
  const [, messageId, attempt, part] = /^(.+?)\.(\d+)(\.part)?$/.exec(filed) ?? [];
  if (messageId === undefined) return undefined;
  return { messageId, attempt: Number(attempt), isFurtherPart: part !== undefined };
}
