// Finds services by mDNS, on the one interface that the household named and on no other. What it finds is only
// proposed; its address is checked like one that a person gave. Loaded when somebody looks: its library is not needed
// before.
import { BlockList, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { Browser } from 'bonjour-service/dist/lib/browser.js';
import { Server } from 'bonjour-service/dist/lib/mdns-server.js';
import type { Service } from 'bonjour-service/dist/lib/service.js';
import { HubError, ValidationError } from '../../hub/model/errors.ts';

export interface Finder {
  stop(): void;
}

/** What answered, in its own words. */
export interface FoundService {
  /** An IPv4 address of the interface's own network. */
  readonly host: string;
  readonly port: number;
  /** At most 64 characters. */
  readonly name: string;
  /** At most 64 characters; null where it does not say. */
  readonly model: string | null;
  /** What names it for good, in small letters: its MAC, its serial number, or what its service is called. */
  readonly id: string;
}

function ipv4Of(name: string): NetworkInterfaceInfo | undefined {
  return networkInterfaces()[name]?.find(({ family }) => family === 'IPv4');
}

function noInterface(name: string): ValidationError {
  const usable = Object.keys(networkInterfaces()).filter((each) => ipv4Of(each) !== undefined);
  return new ValidationError(`There is no network interface "${name}" with an IPv4 address`, {
    hint: `Add the device by its address, or set mdns.interface (INGLE_MDNS_INTERFACE) to one of ${usable.join(', ')}.`,
    zh: {
      message: `没有带 IPv4 地址的网络接口“${name}”`,
      hint: `请用设备的地址添加，或把 mdns.interface（INGLE_MDNS_INTERFACE）设为以下之一：${usable.join('、')}。`,
    },
  });
}

/**
 * Looks until it is stopped.
 * @param types such as `shelly`, for `_shelly._tcp`
 * @param found called once for each address
 * @throws ValidationError when the machine has no such interface, HubError when another program keeps mDNS to itself
 */
export async function findServices(
  interfaceName: string,
  types: readonly string[],
  found: (service: FoundService) => void,
  failed: (error: unknown) => void,
): Promise<Finder> {
  const own = ipv4Of(interfaceName);
  if (own === undefined) throw noInterface(interfaceName);
  // The library hands its options on to multicast-dns, whose types it does not repeat.
  // Bound to the interface's own address, the socket would hear nothing that is sent to the group.
  const options = { interface: own.address, bind: '0.0.0.0' } as ConstructorParameters<
    typeof Server
  >[0];
  const { mdns } = new Server(options, failed);
  await new Promise<void>((resolve, reject) => {
    // Unheard, an error of the socket would end the process.
    mdns.once('error', (error: unknown) => {
      mdns.on('error', () => {});
      mdns.destroy();
      reject(portProblem(error));
    });
    mdns.once('ready', () => {
      mdns.removeAllListeners('error');
      mdns.on('error', failed);
      resolve();
    });
  });
  // Another program may have joined the group on another interface: what comes from there is not ours to hear.
  const subnet = new BlockList();
  subnet.addSubnet(own.address, Number(own.cidr?.split('/')[1] ?? 32), 'ipv4');
  const seen = new Set<string>();
  const onFound = (service: Service) => {
    // An answer may come without the address, which is then the sender's.
    const told = service.addresses?.filter((each) => isIPv4(each)) ?? [];
    const addresses = told.length > 0 ? told : [service.referer?.address ?? ''];
    const host = addresses.find((each) => isIPv4(each) && subnet.check(each, 'ipv4'));
    if (host === undefined || seen.size >= FOUND_MAX) return;
    const address = `${host}:${service.port}`;
    if (seen.has(address)) return;
    seen.add(address);
    found({ host, port: service.port, ...wordsOf(service) });
  };
  const browsers = types.map((type) => new Browser(mdns, { type }, onFound));
  // A question or its answer may get lost on the radio. Spec: RFC 6762 § 5.2.
  let pauseMs = ASK_AGAIN_AFTER_MS;
  let timer = setTimeout(function askAgain() {
    for (const browser of browsers) browser.update();
    pauseMs *= 2;
    timer = setTimeout(askAgain, pauseMs);
  }, pauseMs);
  return {
    stop() {
      clearTimeout(timer);
      for (const browser of browsers) browser.stop();
      mdns.destroy();
    },
  };
}

/** An answer costs nothing to send: beyond this many nothing is looked at. */
const FOUND_MAX = 100;
const ASK_AGAIN_AFTER_MS = 1_000;

const WORDS_MAX = 64;

/** How a service calls itself. The keys of its text record are those of the vendors that are looked for. */
function wordsOf({ name, txt }: Service): Pick<FoundService, 'name' | 'model' | 'id'> {
  const told: Readonly<Record<string, unknown>> = txt ?? {};
  const firstOf = (keys: readonly string[]) =>
    keys.map((key) => told[key]).find((value) => typeof value === 'string' && value !== '');
  const cut = (value: unknown) => [...String(value)].slice(0, WORDS_MAX).join('');
  const model = firstOf(['app', 'modelid', 'board', 'platform']);
  const serial = firstOf(['bridgeid', 'mac']);
  return {
    id: cut(serial === undefined ? name : String(serial).replaceAll(/[:-]/g, '')).toLowerCase(),
    name: cut(firstOf(['friendly_name']) ?? name),
    model: model === undefined ? null : cut(model),
  };
}

function portProblem(cause: unknown): HubError {
  return new HubError('busy', 'Another program keeps the port of mDNS, 5353, to itself', {
    cause,
    hint: 'End it, or add the device by its address, such as 192.168.1.20.',
    zh: {
      message: '另一个程序独占了 mDNS 的 5353 端口',
      hint: '请结束它，或用设备的地址添加，例如 192.168.1.20。',
    },
  });
}
