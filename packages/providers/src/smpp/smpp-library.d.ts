/** The part of npm `smpp` 0.5.1 that is used here: its encoder. The package comes without types. */
declare module 'smpp' {
  class PDU {
    constructor(command: string, fields: Record<string, unknown>);
    toBuffer(): Buffer;
  }
  type Encoding = {
    match(text: string): boolean;
    encode(text: string): Buffer;
  };
  const smpp: { PDU: typeof PDU; encodings: { ASCII: Encoding } };
  export = smpp;
}
