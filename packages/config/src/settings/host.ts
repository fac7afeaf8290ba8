import { text } from '../fields.ts';

/** What a process can listen on. */
export const host = text.regex(/^[^\s/]+$/, 'must be a host name or an IP address');
