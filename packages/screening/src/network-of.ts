import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Ranges that no Internet user has (RFC 6890), such as a proxy's own address in a list. */
const PRIVATE_RANGES: [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
];

const privateNetworks = new BlockList();
for (const range of PRIVATE_RANGES) privateNetworks.addSubnet(...range);

/**
 * What one user has of the network: an IPv4 address, or the first 64 bits of an IPv6 one, of which a user has all the
 * rest (RFC 6177). IPv4 in IPv6 counts as IPv4. Reads what proxies make of an address: a port, brackets, quotes,
 * leading zeros, a list, of which the first public address counts, or the first. Undefined for what holds no address.
 */
export function networkOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const addresses = text.split(/[\s,;]+/).flatMap((entry) => addressIn(entry) ?? []);
  const address =
    addresses.length > 1
      ? (addresses.find((candidate) => !isPrivate(candidate)) ?? addresses[0])
      : addresses[0];
  return address === undefined || isIPv4(address) ? address : firstHalf(address);
}

const isPrivate = (address: string): boolean =>
  privateNetworks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** The one address of an entry, in its canonical form. */
function addressIn(entry: string): string | undefined {
  const plain = entry
    .replace(/^for=/i, '')
    .replaceAll('"', '')
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1');
  const [withoutZone = ''] = plain.split(/[%/]/);
  // An IPv6 address without brackets ends in a port only where it would be none otherwise.
  return canonical(withoutZone) ?? canonical(withoutZone.replace(/:\d{1,5}$/, ''));
}

function canonical(address: string): string | undefined {
  const decimal = address.replace(/\d+(?:\.\d+){3}$/, (quad) => quad.split('.').map(Number).join('.'));
  if (isIPv4(decimal)) return decimal;
  if (!isIPv6(decimal)) return undefined;
  // The WHATWG parser writes each address in one way only (RFC 5952), IPv4 in it in hexadecimal.
  const { hostname } = new URL(`http://[${decimal}]/`);
  const [, high = '', low = ''] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === '') return hostname.slice(1, -1);
  const bits = parseInt(high, 16) * 0x1_0000 + parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

function firstHalf(ipv6: string): string {
  const [before = '', after] = ipv6.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = after === undefined ? 0 : 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array.from({ length: missing }, () => '0'), ...groups(after)];
  return `${all.slice(0, 4).join(':')}::/64`;
}
