/** What a Redis says of itself. */
export type Info = Record<string, string>;

/** A replica as its primary sees it. */
export type Replica = {
  /** As it announces itself: `10.0.0.2:6379`. */
  address: string;
  /** Up to where it has acknowledged what the primary wrote, in bytes. */
  offset: number;
};

export type Replication = {
  isPrimary: boolean;
  /** Names this history of writes: a promotion begins another. */
  id: string;
  /** Where the primary's writes end, in bytes. */
  offset: number;
  /** Those that have been synchronised once: before that, a replica acknowledges nothing. */
  online: Replica[];
};

export function parseInfo(text: string): Info {
  return Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

export function replicationOf(info: Info): Replication {
  return {
    isPrimary: info['role'] === 'master',
    id: info['master_replid'] ?? '',
    offset: Number(info['master_repl_offset'] ?? 0),
    online: Object.entries(info)
      .filter(([name]) => /^slave\d+$/.test(name))
      .map(([, line]) => fieldsOf(line))
      .filter((fields) => fields['state'] === 'online')
      .map(({ ip, port, offset }) => ({ address: `${ip}:${port}`, offset: Number(offset) })),
  };
}

/** `ip=10.0.0.2,port=6379,state=online` */
function fieldsOf(line: string): Record<string, string> {
  return Object.fromEntries(
    line
      .split(',')
      .filter((field) => field.includes('='))
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
}
