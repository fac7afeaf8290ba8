import { isIPv4, isIPv6 } from 'node:net';

/**
 * What one user has of the network: an IPv4 address, or the first 64 bits of an IPv6 one, of which a user has all the
 * rest (RFC 6177). IPv4 in IPv6 counts as IPv4. Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.trim();
  if (isIPv4(plain)) return plain;
  const [withoutZone = ''] = plain.split('%');
  if (!isIPv6(withoutZone)) return undefined;
  // The WHATWG parser writes each address in one way only (RFC 5952), IPv4 in it in hexadecimal.
  const canonical = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1);
  const [, high = '', low = ''] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high !== '') {
    const bits = parseInt(high, 16) * 0x1_0000 + parseInt(low, 16);
    return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
  }
  const [before = '', after] = canonical.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const missing = after === undefined ? 0 : 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array.from({ length: missing }, () => '0'), ...groups(after)];
  return `${all.slice(0, 4).join(':')}::/64`;
}
