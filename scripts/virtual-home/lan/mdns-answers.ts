// Answers to mDNS as devices of the home give them, in a network namespace of their own.
// Spec: RFC 6763.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Server } from 'bonjour-service/dist/lib/mdns-server.js';

/** A device that can be found. */
export interface Announced {
  /** Such as `hue`, for `_hue._tcp`. */
  readonly type: string;
  /** What it calls itself. */
  readonly name: string;
  /** Of its host name; absent: its name. */
  readonly host?: string;
  readonly port: number;
  /** Such as `modelid=BSB002`. */
  readonly txt: readonly string[];
  /** Its address is an additional record, which an answer may lack. */
  readonly tellsAddress?: boolean;
}

const TTL_SECONDS = 120;

/** Says that the process is up, and waits for the line that says which address its interface has got. */
export async function addressOfInterface(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  lines.once('close', () => process.exit(0));
  process.stdout.write('waiting\n');
  const [address] = (await once(lines, 'line')) as [string];
  return address;
}

/** Answers for the devices from the second question on, as when the radio has lost the first. */
export function answerFor(devices: readonly Announced[], address: string): void {
  // As the hub's finder: joined on this interface, bound to hear what is sent to the group.
  const options = { interface: address, bind: '0.0.0.0' } as ConstructorParameters<
    typeof Server
  >[0];
  const responder = new Server(options);
  responder.mdns.once('ready', () => process.stdout.write('ready\n'));
  responder.mdns.once('query', () => {
    for (const device of devices) responder.register(recordsOf(device, address));
  });
}

function recordsOf(device: Announced, address: string) {
  const { type, name, host = name, port, txt, tellsAddress = true } = device;
  const service = `_${type}._tcp.local`;
  const instance = `${name}.${service}`;
  const target = `${host}.local`;
  const head = { ttl: TTL_SECONDS };
  return [
    { ...head, name: service, type: 'PTR' as const, data: instance },
    { ...head, name: instance, type: 'SRV' as const, data: { port, target } },
    { ...head, name: instance, type: 'TXT' as const, data: [...txt] },
    ...(tellsAddress ? [{ ...head, name: target, type: 'A' as const, data: address }] : []),
  ];
}
