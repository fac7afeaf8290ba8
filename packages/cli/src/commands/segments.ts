import { parseArgs } from 'node:util';
import { describeText, replaceSmartCharacters } from '@sms-gateway/contract';
import { type CommandContext, type CommandResult, usageError } from './command.ts';

const USAGE = `Usage: npm run gateway -- segments TEXT [--json]

Says in which encoding a text goes out and how many SMS segments it costs. For templates, with any six digits in place
of the code; a real code does not belong into the history of a shell.
`;

const REMARK =
  'For templates, with any six digits in place of the code: a shell keeps a history, of real codes too.\n';

/** `segments`: what a text costs, and what makes it cost more. */
export function explainSegments(args: string[], { paint }: CommandContext): CommandResult {
  const options = parse(args);
  if (options.kind === 'help') return { exitCode: 0, output: USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, USAGE);
  const { text, json } = options;
  const { encoding, segments, nonGsmCharacters } = describeText(text);
  const characters = [...new Set(nonGsmCharacters)].map((character) => ({
    character,
    codePoint: codePoints(character),
    replacement: replacementOf(character),
  }));
  if (json) {
    return { exitCode: 0, output: `${JSON.stringify({ encoding, segments, characters }, null, 2)}\n` };
  }
  const lines = characters.map(({ character, codePoint, replacement }) => {
    const instead =
      replacement === undefined
        ? ', and nothing in GSM-7 looks like it'
        : `; ${JSON.stringify(replacement)} does not`;
    return `  ${codePoint} ${character} needs UCS-2${instead}`;
  });
  const plain = characters.reduce(
    (rest, { character, replacement }) => rest.replaceAll(character, replacement ?? ''),
    text,
  );
  return {
    exitCode: 0,
    output: [
      paint(segments > 1 ? 'yellow' : 'green', `${counted(segments)}, ${encoding}`),
      ...lines,
      ...(characters.length > 0 ? [`Without them: ${counted(describeText(plain).segments)}, GSM-7`] : []),
      '',
    ].join('\n'),
    remark: REMARK,
  };
}

type Options =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | { kind: 'given'; text: string; json: boolean };

function parse(args: string[]): Options {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const [text] = positionals;
    if (text === undefined) return { kind: 'wrong', problem: 'The text is missing.' };
    if (positionals.length > 1) return { kind: 'wrong', problem: 'Put the text in quotes.' };
    return { kind: 'given', text, json: values.json };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

const counted = (segments: number) => `${segments} ${segments === 1 ? 'segment' : 'segments'}`;

function codePoints(character: string): string {
  return Array.from(character)
    .map((part) => `U+${(part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ');
}

/** What the gateway itself would put in its place, or the letter without its accent. */
function replacementOf(character: string): string | undefined {
  const replaced = replaceSmartCharacters(character);
  if (replaced !== character) return replaced;
  const letter = character.normalize('NFD').replaceAll(/\p{Mark}/gu, '');
  return letter !== '' && describeText(letter).encoding === 'GSM-7' ? letter : undefined;
}
