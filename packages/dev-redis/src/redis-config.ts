export type Appendfsync = 'always' | 'everysec' | 'no';

type Options = {
  bind: string;
  port: number;
  directory: string;
  password: string;
  appendfsync: Appendfsync;
  settings?: Record<string, string>;
};

/** The configuration file of a private Redis. Contains its password; empty means none. */
export function redisConfig({ bind, port, directory, password, appendfsync, settings }: Options): string {
  const directives: Record<string, string> = {
    bind,
    port: String(port),
    'protected-mode': 'yes',
    requirepass: password,
    dir: JSON.stringify(directory),
    appendonly: 'yes',
    appendfsync,
    save: '',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value === '' ? '""' : value}\n`)
    .join('');
}
