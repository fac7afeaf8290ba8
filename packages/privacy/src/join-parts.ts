/** Joins parts with their lengths, so that no two lists of parts look the same. */
export function joinParts(parts: readonly (string | number)[]): string {
  let joined = '';
  for (const part of parts) joined += `${String(part).length}:${part}`;
  return joined;
}
