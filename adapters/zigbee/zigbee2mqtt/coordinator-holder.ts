// Who has the coordinator open: looked up in what Linux says of other programs' files and connections, without touching
// the coordinator, since a second program on its line confuses both. What this user may not see is not found.
import { promises as dns } from 'node:dns';
import { promises as fs } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Holder } from '../../../hub/model/moving-in.ts';
import { isTcp } from '../settings.ts';

const COMMAND_MAX = 120;
const ESTABLISHED = '01';

/** The first program, other than this one and its children, that has the port open; null for none that can be seen. */
export async function coordinatorHolder(port: string): Promise<Holder | null> {
  const links = isTcp(port) ? await connectionsTo(port) : await deviceAt(port);
  if (links.size === 0) return null;
  const others: number[] = [];
  for (const pid of await processes()) {
    if (!(await isOurs(pid))) others.push(pid);
    // What this hub itself has open, it lets go of by itself.
    else for (const link of await openFiles(pid)) if (isTcp(port)) links.delete(link);
  }
  for (const pid of others) {
    const open = await openFiles(pid);
    if (open.some((link) => links.has(link))) return { pid, command: await commandOf(pid) };
  }
  // A connection of another user's program is seen, but not whose it is.
  return isTcp(port) && links.size > 0 ? { pid: null, command: '' } : null;
}

/** The device itself, as a link to it reads. */
async function deviceAt(port: string): Promise<Set<string>> {
  const real = await fs.realpath(port).catch(() => null);
  return new Set(real === null ? [] : [real]);
}

/** The sockets of this machine that are connected to the host and port, also in containers where they can be read. */
async function connectionsTo(port: string): Promise<Set<string>> {
  const url = URL.parse(port);
  const sockets = new Set<string>();
  if (url === null) return sockets;
  const addresses = await addressesOf(url.hostname.replace(/^\[|\]$/g, ''));
  const peers = new Set(addresses.flatMap(hexOf).map((hex) => `${hex}:${hexPort(url.port)}`));
  const networks = new Set<string>();
  for (const pid of ['self', ...(await processes())]) {
    const network = await fs.readlink(`/proc/${pid}/ns/net`).catch(() => null);
    if (network === null || networks.has(network)) continue;
    networks.add(network);
    for (const name of ['tcp', 'tcp6']) {
      for (const inode of await connected(`/proc/${pid}/net/${name}`, peers)) {
        sockets.add(`socket:[${inode}]`);
      }
    }
  }
  return sockets;
}

async function addressesOf(host: string): Promise<string[]> {
  if (net.isIP(host) !== 0) return [host];
  const found = await dns.lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** Inodes of the established connections to one of the peers. Format: proc_net_tcp of the kernel's documentation. */
async function connected(table: string, peers: ReadonlySet<string>): Promise<string[]> {
  const text = await fs.readFile(table, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, , peer = '', state = ''] = fields;
    return state === ESTABLISHED && peers.has(peer) ? [fields[9] ?? ''] : [];
  });
}

/** As the kernel writes addresses: each 32-bit word in the machine's own order; IPv4 alone, and as a part of IPv6. */
function hexOf(address: string): string[] {
  if (net.isIPv4(address)) {
    const hex = wordsOf(address.split('.').map(Number));
    return [hex, `0000000000000000FFFF0000${hex}`];
  }
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string) => part.split(':').filter(Boolean);
  const gap = Math.max(0, 8 - groups(head).length - groups(tail).length);
  const all = [...groups(head), ...Array.from({ length: gap }, () => '0'), ...groups(tail)];
  const bytes = all.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return [wordsOf(bytes)];
}

function wordsOf(bytes: readonly number[]): string {
  const buffer = Buffer.from(bytes);
  if (buffer.length % 4 === 0) buffer.swap32();
  return buffer.toString('hex').toUpperCase();
}

function hexPort(port: string): string {
  return Number(port).toString(16).toUpperCase().padStart(4, '0');
}

async function processes(): Promise<number[]> {
  const names = await fs.readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function isOurs(pid: number): Promise<boolean> {
  if (pid === process.pid) return true;
  const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]) === process.pid;
}

/** What a program has open, as far as this user may see it. */
async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await fs.readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => fs.readlink(path.join(folder, name)).catch(() => '')));
}

async function commandOf(pid: number): Promise<string> {
  const text = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter(Boolean).join(' ').slice(0, COMMAND_MAX);
}
