import type { Readable, Writable } from 'node:stream';
import type { CANCEL_SYMBOL } from '@clack/prompts';

/** Asks and informs the person who runs a command. Writes to standard error: standard output is for results. */
export type Dialogue = {
  /** False if there is no terminal, so nobody can be asked. */
  isInteractive: boolean;
  say: (line: string) => void;
  /** @throws {Cancelled} */
  confirm(question: string): Promise<boolean>;
  /** Does not show what is typed. @throws {Cancelled} */
  askSecret(question: string): Promise<string>;
  /** @throws {Cancelled} */
  choose<Value extends string>(question: string, options: { value: Value; label: string }[]): Promise<Value>;
};

/** Ctrl-C at a question. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

type Deps = {
  input: Readable & { isTTY?: boolean };
  output: Writable & { isTTY?: boolean };
  /** A text with its commands as they are typed in this environment. */
  asTyped: (text: string) => string;
};

export function createDialogue({ input, output, asTyped }: Deps): Dialogue {
  const streams = { input, output, withGuide: false };
  /** Loaded for the first question, because most commands ask none. */
  const prompts = () => import('@clack/prompts');
  const answered = <Answer extends string | boolean>(answer: Answer | typeof CANCEL_SYMBOL): Answer => {
    if (typeof answer === 'symbol') throw new Cancelled('cancelled');
    return answer;
  };
  return {
    isInteractive: input.isTTY === true && output.isTTY === true,
    say: (line) => void output.write(`${asTyped(line)}\n`),
    confirm: async (message) => {
      const { confirm } = await prompts();
      return answered(await confirm({ ...streams, message, initialValue: false }));
    },
    askSecret: async (message) => {
      const { password } = await prompts();
      const validate = (value: string | undefined) => (value ? undefined : 'Nothing was entered.');
      return answered(await password({ ...streams, message, validate }));
    },
    choose: async <Value extends string>(message: string, options: { value: Value; label: string }[]) => {
      const { select } = await prompts();
      const chosen = answered(await select<string>({ ...streams, message, options }));
      const option = options.find(({ value }) => value === chosen);
      if (option === undefined) throw new Cancelled('cancelled');
      return option.value;
    },
  };
}
