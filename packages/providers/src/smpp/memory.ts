/** What became of the parts of one long text. */
export type PartsRecord = {
  /** The reference number that the parts share, 0 to 65,535. */
  reference: number;
  /** How many parts the text has. */
  total: number;
  /** The SMSC's ids of the parts that it acknowledged, by their number from 1; empty where it gave none. */
  acknowledged: ReadonlyMap<number, string>;
};

/**
 * What a provider remembers beyond one attempt and one process. A part is billed when it is acknowledged, so
 * a part that is noted here is not sent again. Every call rejects if the store cannot be read or written.
 */
export type SmppMemory = {
  /**
   * Opens the record of a message. A new one with a new reference number is begun if there is none, or if the existing
   * one has another `form`: parts of a text that was split differently do not fit together.
   */
  openParts(messageId: string, text: { total: number; form: string }): Promise<PartsRecord>;
  /** Undefined where no record was begun. */
  readParts(messageId: string): Promise<PartsRecord | undefined>;
  /** Notes that a part was acknowledged, under the SMSC's id if it gave one. */
  noteAcknowledged(messageId: string, number: number, smscId: string): Promise<void>;
  /** The form of message ids that was learnt at a message centre. */
  idForm(scope: string): Promise<string | undefined>;
  noteIdForm(scope: string, form: string): Promise<void>;
};
