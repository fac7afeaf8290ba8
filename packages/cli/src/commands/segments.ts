import { codePoints } from '@sms-gateway/config';
import { describeText, replaceSmartCharacters } from '@sms-gateway/contract';
import type { CommandContext, CommandResult } from './command.ts';

const REMARK = "Use any six digits in place of the code: a real code would stay in the shell's history.\n";

/** `segments`: what a text costs, and which characters make it cost more. */
export function explainSegments(
  { text, json = false }: { text: string; json?: boolean | undefined },
  { paint }: CommandContext,
): CommandResult {
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
        ? ', and GSM-7 has no substitute'
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

const counted = (segments: number) => `${segments} ${segments === 1 ? 'segment' : 'segments'}`;

/** The gateway's own replacement, or the letter without its accent. */
function replacementOf(character: string): string | undefined {
  const replaced = replaceSmartCharacters(character);
  if (replaced !== character) return replaced;
  const letter = character.normalize('NFD').replaceAll(/\p{Mark}/gu, '');
  return letter !== '' && describeText(letter).encoding === 'GSM-7' ? letter : undefined;
}
