/** The warnings of a configuration, by the check that says more about them. */
export type SortedWarnings = { templates: string[]; secrets: string[]; others: string[] };

/** Recognises the warnings of template.ts and connections.ts in packages/config/src. */
export function sortWarnings(warnings: readonly string[]): SortedWarnings {
  const isTemplate = (warning: string) => /every code costs \d+ segments/.test(warning);
  const isSecret = (warning: string) =>
    /has \d+ bytes(, which production refuses|; it works, but HS256 needs)/.test(warning);
  return {
    templates: warnings.filter(isTemplate),
    secrets: warnings.filter(isSecret),
    others: warnings.filter((warning) => !isTemplate(warning) && !isSecret(warning)),
  };
}
