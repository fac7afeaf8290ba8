/** The arguments of a command are wrong. Its usage is shown with the message. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
