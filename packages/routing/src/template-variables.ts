import { replaceSmartCharacters } from '@sms-gateway/contract';

/**
 * How a variable part is written in a registered text: `{#var#}`, and since 2026 by what it holds, such as `{#numeric#}`
 * (TRAI's direction of 18 November 2025, as described by msg91.com, "Variable Tagging on DLT SMS Templates", and
 * fast2sms.com, "DLT New Rules 2026"); on some platforms without braces.
 */
const VARIABLE = /\{#([a-z]+)#\}|#(numeric|number|alphanumeric|url|urlott|cbn|email)#/gi;
const MAX_LENGTH = 40;
/** For what has no documented length. */
const MAX_ADDRESS_LENGTH = 255;
const ADDRESSES: ReadonlySet<string> = new Set(['url', 'urlott', 'email']);

/**
 * The variable parts of a registered text in the text of a message, undefined if it is not one of that template. The
 * amount of white space does not matter, because the platforms ignore it (msg91.com, "SMS not Matched with DLT Template"),
 * and curly quotes count as straight ones. Each variable is the shortest that lets the rest match.
 */
export function variablesIn(registered: string, text: string): string[] | undefined {
  const [template, given] = [withoutStyle(registered), withoutStyle(text)];
  const variables = [...template.matchAll(VARIABLE)];
  const limits = variables.map(([, braced, bare]) =>
    ADDRESSES.has((braced ?? bare ?? '').toLowerCase()) ? MAX_ADDRESS_LENGTH : MAX_LENGTH,
  );
  const head = template.slice(0, variables[0]?.index);
  /** The fixed text after each variable. */
  const parts = variables.map((variable, index) =>
    template.slice(variable.index + variable[0].length, variables[index + 1]?.index),
  );
  const hopeless = new Set<number>();

  function match(index: number, at: number): string[] | undefined {
    const limit = limits[index];
    const next = parts[index];
    if (limit === undefined || next === undefined) return at === given.length ? [] : undefined;
    const state = index * (given.length + 1) + at;
    // Without this, variables beside one another would take exponential time.
    if (hopeless.has(state)) return undefined;
    for (let end = at; end <= Math.min(at + limit, given.length); end++) {
      const others = given.startsWith(next, end) ? match(index + 1, end + next.length) : undefined;
      if (others !== undefined) return [given.slice(at, end), ...others];
    }
    hopeless.add(state);
    return undefined;
  }

  return given.startsWith(head) ? match(0, head.length) : undefined;
}

/** Quotes are replaced one by one, because replaceSmartCharacters changes nothing in a text that needs UCS-2 anyway. */
function withoutStyle(text: string): string {
  return text
    .replaceAll(/\P{ASCII}+/gu, (characters) => replaceSmartCharacters(characters))
    .replaceAll(/\s+/g, ' ')
    .trim();
}
