import { describeText } from '@sms-gateway/contract';

/** Where Auth0 puts the code: macros of passwordless connections, Liquid. */
const CODE = /@@(password|code)@@|\{\{[^}]*\b(code|password)\b[^}]*\}\}/g;
const SAMPLE_CODE = '123456';
const SHOWN_CHARACTERS = 8;

/** What a code costs with a template, and why, without repeating the template. */
export function describeTemplate(template: string): { segments: number; summary: string } {
  const { encoding, segments, nonGsmCharacters } = describeText(template.replaceAll(CODE, SAMPLE_CODE));
  const characters = [...new Set(nonGsmCharacters)]
    .slice(0, SHOWN_CHARACTERS)
    .map((character) => `${codePointOf(character)} ${character}`);
  const reason = characters.length > 0 ? `because of ${characters.join(', ')}` : 'because of its length';
  const cost = `${segments} ${segments === 1 ? 'segment' : 'segments'}, ${encoding}`;
  return { segments, summary: segments === 1 ? cost : `${cost}, ${reason}` };
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
