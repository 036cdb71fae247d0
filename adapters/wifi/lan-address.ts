// Addresses of devices as people and mDNS give them: only what lies on the home's own network is ever connected to,
// and a name is connected to at the very address that was checked.
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { type HubError, UnreachableError, ValidationError } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';

/** A checked address. */
export interface LanAddress {
  /** As it was given, `host` or `host:port`; what is kept and shown. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
}

const LOOKUP_WITHIN_MS = 5_000;

const HOME = new BlockList();
HOME.addSubnet('127.0.0.0', 8, 'ipv4');
HOME.addSubnet('10.0.0.0', 8, 'ipv4');
HOME.addSubnet('172.16.0.0', 12, 'ipv4');
HOME.addSubnet('192.168.0.0', 16, 'ipv4');
HOME.addSubnet('169.254.0.0', 16, 'ipv4');
HOME.addAddress('::1', 'ipv6');
HOME.addSubnet('fc00::', 7, 'ipv6');
HOME.addSubnet('fe80::', 10, 'ipv6');

/**
 * Reads `192.168.1.20`, `plug.local:80` or `[fd00::1]:80`, also as a browser shows it, `http://192.168.1.20/`.
 * @param portDefault where none is given
 * @throws ValidationError for anything else, and for an address that is not of a home's network
 */
export function parseLanAddress(given: string, portDefault: number): LanAddress {
  const text = given.trim().replace(/^https?:\/\/([^/]*)\/?$/i, '$1');
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? portDefault : Number(match[3]);
  // What looks like an address of four numbers but is none would be looked up as a name.
  const isName = host !== undefined && (isIP(host) !== 0 || /[A-Za-z]/.test(host));
  const isHost = isName && host.length <= 253;
  const isWhole = isHost && port >= 1 && port <= 65_535 && (match?.[1] === undefined || isIP(host));
  if (!isWhole) {
    const shown = text.slice(0, 60);
    throw wrong({
      en: `"${shown}" is not the address of a device`,
      zh: `“${shown}”不是设备的地址`,
    });
  }
  if (isIP(host) !== 0 && !isHomeAddress(host)) throw notHome(text);
  return { text, host, port };
}

/** Whether an IP address is of this machine or of a home's own network. */
export function isHomeAddress(ip: string): boolean {
  const family = isIP(ip);
  return family !== 0 && HOME.check(ip, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The IP address to connect to.
 * @throws UnreachableError for a name that is not known, ValidationError for one that leads out of the home
 */
export async function resolveLanAddress({ host, text }: LanAddress): Promise<string> {
  if (isIP(host) !== 0) return host;
  const found = await Promise.race([
    lookup(host, { all: true }).catch(() => []),
    new Promise<never[]>((resolve) => setTimeout(() => resolve([]), LOOKUP_WITHIN_MS).unref()),
  ]);
  const [first] = found;
  if (first === undefined) {
    throw new UnreachableError(`Nothing on the network is called "${host}"`, {
      hint: 'Give the IP address of the device, as the router or its own app shows it.',
      zh: {
        message: `网络上没有叫“${host}”的设备`,
        hint: '请填写设备的 IP 地址，可在路由器或它自己的应用里看到。',
      },
    });
  }
  if (!found.every(({ address }) => isHomeAddress(address))) throw notHome(text);
  return first.address;
}

function notHome(text: string): HubError {
  return wrong({
    en: `${text} is not an address of the home's own network`,
    zh: `${text} 不是家里自己网络的地址`,
  });
}

function wrong({ en, zh }: Words): ValidationError {
  return new ValidationError(en, {
    zh: { message: zh, hint: '请填写设备在你的网络中的 IP 地址，例如 192.168.1.20。' },
    hint: 'Give the IP address of the device on your network, such as 192.168.1.20.',
    errors: [{ path: '/address', message: 'must be an address on the home’s network' }],
  });
}
