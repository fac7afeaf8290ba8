import { describeText } from '@sms-gateway/contract';
import type { Review } from './review.ts';

/** Where Auth0 puts the code: passwordless templates, custom phone provider templates. */
const PLACEHOLDERS = /@@password@@|\{\{[^}]*\b(code|password)\b[^}]*\}\}/g;
const SAMPLE_CODE = '123456';

/** Warns of a text that makes every code cost more than one SMS segment, without repeating it. */
export function reviewTemplate(path: string[], template: string | undefined, review: Review): void {
  if (template === undefined) return;
  const { encoding, segments, nonGsmCharacters } = describeText(
    template.replaceAll(PLACEHOLDERS, SAMPLE_CODE),
  );
  if (segments < 2) return;
  const points = [...new Set(nonGsmCharacters)].map(
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  const reason =
    points.length === 0
      ? `${encoding}, too long`
      : `${encoding}, because of ${points.slice(0, 8).join(', ')}`;
  review.warning(path, `makes a code cost ${segments} SMS segments (${reason})`);
}
