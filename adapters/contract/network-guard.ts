// Holds the code of one process to the hosts that it has declared: every way in which Node's own modules open a
// connection asks here first. It keeps honest code to its word; code that means harm and reaches below Node's modules
// is beyond it, which is why a package is installed by an owner alone.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import os from 'node:os';

/** Stands for the addresses of the house's own network. */
const LAN = 'lan';

/** Whether the name itself is declared: as it is, or by what it ends in (`*.example.com`). */
export function isDeclared(host: string, hosts: readonly string[]): boolean {
  const name = host.toLowerCase();
  return hosts.some((one) => one === name || (one.startsWith('*.') && name.endsWith(one.slice(1))));
}

const lan = new net.BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const) {
  lan.addSubnet(address, bits);
}
for (const [address, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  lan.addSubnet(address, bits, 'ipv6');
}

/** Whether an address may be reached: it is declared, or is one of the house's network and `lan` is declared. */
export function isAddressAllowed(address: string, hosts: readonly string[]): boolean {
  const family = net.isIP(address);
  if (family === 0) return false;
  if (isDeclared(address, hosts)) return true;
  const isOfLan = lan.check(address, family === 6 ? 'ipv6' : 'ipv4');
  return hosts.includes(LAN) && isOfLan && !isOwnMachine(address);
}

function denied(message: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(message);
  error.code = 'ERR_ACCESS_DENIED';
  return error;
}

function refusal(host: string): NodeJS.ErrnoException {
  return denied(
    `The adapter has not declared that it connects to "${host}"; add it to "hosts" of ingle-adapter.json`,
  );
}

const HOSTS_TOLD_MAX = 20;

/** Hosts that a connection was refused to; whoever listens hears of each once. */
export class RefusedHosts {
  readonly #hosts = new Set<string>();
  #listener: ((host: string) => void) | null = null;

  add(host: string): void {
    if (this.#hosts.has(host) || this.#hosts.size >= HOSTS_TOLD_MAX) return;
    this.#hosts.add(host);
    this.#listener?.(host);
  }

  listen(listener: (host: string) => void): void {
    this.#listener = listener;
    for (const host of this.#hosts) listener(host);
  }
}

type Found = (
  error: NodeJS.ErrnoException | null,
  address: string | dns.LookupAddress[],
  family?: number,
) => void;

/**
 * Guards this process from now on. Names are looked up only where they are declared (or `lan` is: then only addresses of
 * the house's network come of it), and nothing listens. A connection to the hub itself is refused like any other.
 * @param isSocketAllowed whether a Unix socket may be connected to: the core's
 * @param refused told of what was refused
 */
export function guardNetwork(
  hosts: readonly string[],
  isSocketAllowed: (path: string) => boolean,
  refused: RefusedHosts,
): void {
  const refuse = (host: string): NodeJS.ErrnoException => {
    refused.add(host);
    return refusal(host);
  };
  const lookUp = dns.lookup;
  const mayAsk = (name: string): boolean => isDeclared(name, hosts) || hosts.includes(LAN);
  const isGood = (name: string, address: string): boolean =>
    isAddressAllowed(address, hosts) || (isDeclared(name, hosts) && !isOwnMachine(address));

  function guardedLookup(name: string, options: unknown, callback?: Found): void {
    const done = (typeof options === 'function' ? options : callback) as Found;
    const asked = (typeof options === 'object' && options !== null ? options : {}) as object;
    const family = typeof options === 'number' ? { family: options } : {};
    if (net.isIP(name) === 0 && !mayAsk(name)) {
      queueMicrotask(() => done(refuse(name), ''));
      return;
    }
    const isAll = 'all' in asked && asked.all === true;
    lookUp(name, { ...asked, ...family, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const good = addresses.filter(({ address }) => isGood(name, address));
      const [first] = good;
      if (first === undefined) return done(refuse(name), '');
      return isAll ? done(null, good) : done(null, first.address, first.family);
    });
  }

  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function guarded(this: net.Socket, ...given: unknown[]) {
    // Node's own callers hand on arguments that they have already put in order, as one list.
    const [head] = given;
    const args = Array.isArray(head) ? head : given;
    const [first, second] = args;
    const isPlain = typeof first === 'object' && first !== null;
    const options = (
      isPlain
        ? first
        : typeof first === 'string' && Number.isNaN(Number(first))
          ? { path: first }
          : { port: first, host: second }
    ) as { path?: string; host?: unknown; port?: unknown; lookup?: unknown };
    const callback = args.findLast((one) => typeof one === 'function');
    const fail = (what: string): net.Socket => {
      queueMicrotask(() => this.destroy(refuse(what)));
      return this;
    };
    if (typeof options.path === 'string') {
      if (!isSocketAllowed(options.path)) return fail(options.path);
    } else {
      const host = typeof options.host === 'string' ? options.host : 'localhost';
      const isIp = net.isIP(host) !== 0;
      if (isIp ? !isAddressAllowed(host, hosts) : !mayAsk(host)) return fail(host);
    }
    const guardedOptions = { ...options, lookup: guardedLookup };
    return Reflect.apply(connect, this, callback ? [guardedOptions, callback] : [guardedOptions]);
  } as typeof connect;

  net.Server.prototype.listen = function listen() {
    throw refuse('a port of its own (listening)');
  };

  const send = dgram.Socket.prototype.send;
  dgram.Socket.prototype.send = function guarded(this: dgram.Socket, ...args: unknown[]) {
    const address = args.findLast((one) => typeof one === 'string') ?? 'localhost';
    const isText =
      typeof args[0] === 'string' && args.filter((one) => typeof one === 'string').length === 1;
    const to = isText ? 'localhost' : String(address);
    if (!isAddressAllowed(to, hosts)) throw refuse(to);
    Reflect.apply(send, this, args);
  } as typeof send;
  dgram.Socket.prototype.connect = () => {
    throw refuse('a connected UDP socket');
  };

  dns.lookup = guardedLookup as typeof dns.lookup;
  dns.promises.lookup = ((name: string, options?: object) =>
    new Promise((resolve, reject) => {
      guardedLookup(name, { ...options }, (error, address, family) => {
        if (error) reject(error);
        else resolve(Array.isArray(address) ? address : { address, family: family ?? 4 });
      });
    })) as typeof dns.promises.lookup;
  const never = (): never => {
    throw refuse('a DNS server of its own');
  };
  const notItsBusiness = (): never => {
    throw denied('This is none of an adapter’s business');
  };
  for (const module of [dns, dns.promises] as unknown as Record<string, unknown>[]) {
    for (const name of Object.keys(module)) {
      if (/^(?:resolve|reverse|setServers|lookupService)/.test(name)) module[name] = never;
    }
    module.Resolver = never;
  }
  // What reaches below Node's modules, and other processes, is none of an adapter's business.
  Object.assign(process, {
    ...{ binding: notItsBusiness, _linkedBinding: notItsBusiness },
    ...{ kill: notItsBusiness, dlopen: notItsBusiness },
  });
  syncBuiltinESMExports();
}

/** The hub has addresses in the house's network too: looked up anew now and then, since they may change. */
const OWN_KNOWN_MS = 10_000;
let own: { readonly addresses: ReadonlySet<string>; readonly untilMs: number } | null = null;

function isOwnMachine(address: string): boolean {
  if (/^(?:127\.|0\.|::1$|::$|::ffff:(?:127|0)\.)/.test(address)) return true;
  const nowMs = performance.now();
  if (own === null || nowMs > own.untilMs) {
    const found = Object.values(os.networkInterfaces()).flatMap((each) => each ?? []);
    const addresses = new Set(found.map((each) => each.address.toLowerCase()));
    own = { addresses, untilMs: nowMs + OWN_KNOWN_MS };
  }
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d)/, '');
  return own.addresses.has(plain);
}
