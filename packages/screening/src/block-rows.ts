import { shownDestination } from './block-request.ts';
import type { Block } from './blocks.ts';

/** A block as the CLI and the console show it. Times in ISO 8601. */
export type BlockRow = {
  destination: string;
  /** Null for a block of the configuration. */
  since: string | null;
  /** Null if it lasts until it is removed. */
  until: string | null;
  reason: string;
  /** Missing for a block that an operator set. */
  source?: 'configuration';
};

/** All blocks, those of the configuration first. */
export function blockRows(configured: readonly string[], blocks: readonly Block[]): BlockRow[] {
  return [
    ...configured.map((name) => ({
      destination: shownDestination(name),
      since: null,
      until: null,
      reason: '',
      source: 'configuration' as const,
    })),
    ...blocks.map(blockRow),
  ];
}

/** A block that an operator set. */
export function blockRow({ name, since, until, reason }: Block): BlockRow {
  return {
    destination: shownDestination(name),
    since: new Date(since).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
    reason,
  };
}
