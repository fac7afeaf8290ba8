import { readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';

const COMPILED = /\/(?:packages|services)\/[^/]+\/dist\/.*\.js$/;

/** Makes the source maps of a bundle lead to our TypeScript, not to what it was compiled to. */
export function followSourceMaps(): Plugin {
  return {
    name: 'follow-source-maps',
    load: {
      filter: { id: COMPILED },
      handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
    },
  };
}
