import { fileURLToPath } from 'node:url';

/** The root of the clone; the same from `src` and from `dist`. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));
