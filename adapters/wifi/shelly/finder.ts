// Finds Shelly devices by mDNS, on the one interface that the household named and on no other. What it finds is only
// an address, which is checked like one that a person gave.
import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type BonjourService from 'bonjour-service';
import { ValidationError } from '../../../hub/model/errors.ts';

export interface Finder {
  stop(): void;
}

/**
 * Looks until it is stopped.
 * @param found called with `ip:port`, once for each
 * @throws ValidationError when the machine has no such interface
 */
export async function findShellies(
  interfaceName: string,
  found: (address: string) => void,
  failed: (error: unknown) => void,
): Promise<Finder> {
  const own = networkInterfaces()[interfaceName]?.find(({ family }) => family === 'IPv4');
  if (own === undefined) {
    throw new ValidationError(`There is no network interface "${interfaceName}" with an address`, {
      hint: `Set mdns.interface (INGLE_MDNS_INTERFACE) to one of ${Object.keys(networkInterfaces()).join(', ')}.`,
    });
  }
  const { Bonjour } = await import('bonjour-service');
  // The library hands its options on to multicast-dns, whose types it does not repeat.
  // Bound to the interface's own address, the socket would hear nothing that is sent to the group.
  const options = { interface: own.address, bind: '0.0.0.0' } as ConstructorParameters<
    typeof BonjourService
  >[0];
  const bonjour = new Bonjour(options, failed);
  // Another program may have joined the group on another interface: what comes from there is not ours to hear.
  const subnet = new BlockList();
  subnet.addSubnet(own.address, Number(own.cidr?.split('/')[1] ?? 32), 'ipv4');
  const seen = new Set<string>();
  const browser = bonjour.find({ type: 'shelly' }, (service) => {
    const ip = service.addresses?.find((each) => isIPv4(each) && subnet.check(each, 'ipv4'));
    if (ip === undefined || seen.size >= FOUND_MAX) return;
    const address = `${ip}:${service.port}`;
    if (seen.has(address)) return;
    seen.add(address);
    found(address);
  });
  return {
    stop() {
      browser.stop();
      bonjour.destroy();
    },
  };
}

/** An answer costs nothing to send: beyond this many nothing is looked at. */
const FOUND_MAX = 100;
