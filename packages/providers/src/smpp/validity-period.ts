import type { SmppDialect } from './dialect.ts';

const MAX_VALIDITY_SECONDS = 86_400;

/**
 * The validity_period of a message that is worth delivering for so many seconds from `nowMs` (epoch milliseconds). At
 * least 1 s, because an empty one means the SMSC's default of days, and at most 24 h, which every SMSC accepts and no code
 * outlives.
 */
export function validityPeriod(seconds: number, form: SmppDialect['validity'], nowMs: number): string {
  const whole = Math.min(Math.max(Math.trunc(seconds), 1), MAX_VALIDITY_SECONDS);
  switch (form) {
    case 'relative':
      return relativeTime(whole);
    case 'absolute':
      return absoluteTime(nowMs + whole * 1000);
    case 'null':
      return '';
  }
}

/** `YYMMDDhhmmsstnnR`, a time from the SMSC's now (SMPP 3.4 §7.1.1.2). */
function relativeTime(seconds: number): string {
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return `0000${parts.map((part) => String(part).padStart(2, '0')).join('')}000R`;
}

/** `YYMMDDhhmmsstnn+`, in UTC, tenths of a second included (§7.1.1.1). */
function absoluteTime(atMs: number): string {
  const [, date = '', time = '', tenth = ''] =
    /^\d\d(\d\d-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.(\d)/.exec(new Date(atMs).toISOString()) ?? [];
  return `${date.replaceAll('-', '')}${time.replaceAll(':', '')}${tenth}00+`;
}
