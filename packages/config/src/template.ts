import { describeText } from '@sms-gateway/contract';
import type { Review } from './review.ts';

/** Where Auth0 puts the code: macros of passwordless connections, Liquid. */
const CODE = /@@(password|code)@@|\{\{[^}]*\b(code|password)\b[^}]*\}\}/g;
const SAMPLE_CODE = '123456';
const SHOWN_CHARACTERS = 8;

/** The segments of a code with this template, and the reason for them, without repeating the template. */
export function describeTemplate(template: string): { segments: number; summary: string } {
  const { encoding, segments, nonGsmCharacters } = describeText(template.replaceAll(CODE, SAMPLE_CODE));
  const characters = [...new Set(nonGsmCharacters)]
    .slice(0, SHOWN_CHARACTERS)
    .map((character) => `${codePoints(character)} ${character}`);
  const reason = characters.length > 0 ? `because of ${characters.join(', ')}` : 'because of its length';
  const cost = `${segments} ${segments === 1 ? 'segment' : 'segments'}, ${encoding}`;
  return { segments, summary: segments === 1 ? cost : `${cost}, ${reason}` };
}

/** Warns of a template with which every code costs more than one SMS segment. */
export function reviewTemplate(path: string[], template: string | undefined, review: Review): void {
  if (template === undefined) return;
  const { segments, summary } = describeTemplate(template);
  if (segments > 1) review.warning(path, `every code costs ${summary}`);
}

/** Such as `U+2026`; several for an emoji with modifiers. */
export function codePoints(character: string): string {
  return Array.from(character)
    .map((part) => `U+${(part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ');
}
