import { expect, test } from 'vitest';
import { installCommand, noRedis } from './no-redis.ts';

test.each([
  ['darwin', '', 'brew install redis'],
  ['linux', 'NAME="Debian GNU/Linux"\nID=debian\n', 'sudo apt-get install redis-server'],
  ['linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'sudo apt-get install redis-server'],
  ['linux', 'ID="fedora"\n', 'sudo dnf install valkey'],
  ['linux', 'ID="rocky"\nID_LIKE="rhel centos"\n', 'sudo dnf install redis'],
  ['linux', 'ID=alpine\n', 'sudo apk add valkey'],
  ['linux', 'ID=arch\n', 'sudo pacman -S valkey'],
  ['linux', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'sudo zypper install redis'],
  ['linux', 'ID=gentoo\n', undefined],
  ['linux', '', undefined],
])('on %s with %j, Redis is installed with: %s', (platform, osRelease, command) => {
  expect(installCommand(platform, osRelease)).toBe(command);
});

test('the message says what was tried, and the alternatives', async () => {
  const { message } = await noRedis(['Docker is installed but not running']);

  expect(message).toContain('No Redis found on this machine');
  expect(message).toContain('REDIS_URL');
  expect(message).toContain('(Docker is installed but not running)');
});
