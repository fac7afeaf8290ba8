/** Signs that the message template at Auth0 is broken. */
export type TemplateFault = 'unrendered_variable' | 'no_code';

/** Macros of md_with_macros and tags of Liquid, as written in templates. */
const VARIABLE = /@@[\w.]+@@|\{\{[^}]*\}\}|\{%[^%]*%\}/;
/** Auth0's codes have 4 digits or more; they may be grouped to be read. */
const CODE = /\p{Nd}(?:[\s.-]?\p{Nd}){3}/u;

/** Undefined for a good text. `isCode`: the text must contain a code. */
export function templateFault(
  text: string,
  { code, isCode }: { code: string | null | undefined; isCode: boolean },
): TemplateFault | undefined {
  if (VARIABLE.test(text)) return 'unrendered_variable';
  const hasCode = code ? text.includes(code) || CODE.test(text) : code !== '' && CODE.test(text);
  return isCode && !hasCode ? 'no_code' : undefined;
}
