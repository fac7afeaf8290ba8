import { readFile } from 'node:fs/promises';

/** No Redis is available on this machine; the message says how to install one. */
export class NoRedisError extends Error {
  override readonly name = 'NoRedisError';
}

/**
 * @param platform as `process.platform`
 * @param osRelease the text of `/etc/os-release`, empty if there is none
 */
export function installCommand(platform: string, osRelease: string): string | undefined {
  if (platform === 'darwin') return 'brew install redis';
  const families = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap(
    ([, value]) => value?.split(' ') ?? [],
  );
  const isAny = (...names: string[]) => names.some((name) => families.includes(name));
  if (isAny('debian', 'ubuntu')) return 'sudo apt-get install redis-server';
  if (isAny('fedora')) return 'sudo dnf install valkey';
  if (isAny('rhel', 'centos')) return 'sudo dnf install redis';
  if (isAny('alpine')) return 'sudo apk add valkey';
  // Arch moved Redis out of its repositories in favour of Valkey.
  if (isAny('arch')) return 'sudo pacman -S valkey';
  if (isAny('suse', 'opensuse')) return 'sudo zypper install redis';
  return undefined;
}

/** @param tried one sentence for each source that was tried and failed */
export async function noRedis(tried: string[]): Promise<NoRedisError> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const command = installCommand(process.platform, osRelease);
  return new NoRedisError(
    [
      command === undefined
        ? 'No Redis found on this machine. Install redis-server or valkey-server (6.2 or newer) with its package manager,'
        : `No Redis found on this machine. Install one with\n\n    ${command}\n`,
      'or start Docker, or set REDIS_URL to a Redis that is already running, and run this again.',
      ...tried.map((sentence) => `(${sentence})`),
    ].join('\n'),
  );
}
