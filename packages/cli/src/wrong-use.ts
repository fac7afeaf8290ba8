/** The arguments of a command are not what it takes. Its usage is shown with the message. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
