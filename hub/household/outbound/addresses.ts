// Which internet addresses belong to a home, a machine or nobody, so that a name of the world outside cannot lead a
// call into the house.
import { BlockList, isIPv6 } from 'node:net';

/** Spec: IANA IPv4 and IPv6 Special-Purpose Address Registries, all that is not globally reachable, and multicast. */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [network, prefix] of NOT_PUBLIC) {
  blocked.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');
}

const MAPPED = /^::ffff:(?:0:)?(\d+\.\d+\.\d+\.\d+)$/i;

/** Whether an address is one of the open internet; a translated form counts as what it stands for. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const inner = MAPPED.exec(plain)?.[1];
  if (inner !== undefined) return isPublicAddress(inner);
  // Hexadecimal forms of mapped addresses: BlockList compares them with the rules of IPv4 by itself.
  if (/^::ffff:/i.test(plain)) return false;
  return !blocked.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
