// By which setup code each node was added, and of which nodes it is in doubt whether they were. A code that comes again
// finds the node that is here already: after a hub that was cut off before it had told of it, and where an installer
// does the same file twice. Digests alone are kept.
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { readPrivateJson, writePrivateJson } from '../contract/private-file.ts';
import type { SetupCode } from './setup-code.ts';

const FILE = 'setup-codes.json';
/** So many nodes are in doubt at most, the newest; each was an attempt to add a device that was cut off. */
const DOUBTED_MAX = 16;

interface Entry {
  readonly digest: string;
  /** Since when it is in doubt, by the clock of the machine; null once it is a node of the fabric. */
  readonly doubtedSinceMs: number | null;
}

export class CodeBook {
  readonly #file: string;
  readonly #entries: Map<NodeAddress, Entry>;

  /** Reads the book; one that cannot be read is begun anew, since every node works without it. */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
    this.#entries = new Map(read(this.#file));
  }

  /** The nodes that were added by this code, the newest first: a device may have been reset in between. */
  nodesOf(code: SetupCode): NodeAddress[] {
    const digest = digestOf(code);
    return [...this.#entries]
      .filter(([, each]) => each.digest === digest)
      .map(([address]) => address)
      .reverse();
  }

  /** To be told before the node is taken into the fabric, so that nothing can come between. */
  add(address: NodeAddress, code: SetupCode): void {
    this.#entries.set(address, { digest: digestOf(code), doubtedSinceMs: null });
    this.#write();
  }

  /** The node is given its place in the fabric now: it may have taken it without the hub getting to know. */
  doubt(address: NodeAddress): void {
    const entry = this.#entries.get(address);
    if (entry === undefined) return;
    this.#entries.set(address, { ...entry, doubtedSinceMs: Date.now() });
    this.#write();
  }

  isDoubted(address: NodeAddress): boolean {
    return (this.#entries.get(address)?.doubtedSinceMs ?? null) !== null;
  }

  /** The nodes in doubt, the newest first, with how long they have been. */
  doubted(): { readonly address: NodeAddress; readonly forMs: number }[] {
    return [...this.#entries]
      .flatMap(([address, { doubtedSinceMs }]) =>
        doubtedSinceMs === null ? [] : [{ address, forMs: Date.now() - doubtedSinceMs }],
      )
      .reverse();
  }

  /** It is a node of the fabric: whatever else was in doubt of the same device was an earlier attempt. */
  settle(address: NodeAddress): void {
    const entry = this.#entries.get(address);
    if (entry === undefined) return;
    const doubted = this.doubted().filter(
      (each) => this.#entries.get(each.address)?.digest === entry.digest,
    );
    if (doubted.length === 0) return;
    for (const each of doubted) this.#entries.delete(each.address);
    this.#entries.set(address, { ...entry, doubtedSinceMs: null });
    this.#write();
  }

  /** The node that was added as one address is known as the other. */
  move(from: NodeAddress, to: NodeAddress): void {
    const entry = this.#entries.get(from);
    if (from === to || entry === undefined) return;
    this.#entries.delete(from);
    this.#entries.delete(to);
    this.#entries.set(to, entry);
    this.#write();
  }

  forget(address: NodeAddress): void {
    if (this.#entries.delete(address)) this.#write();
  }

  /** Forgets all nodes but these and those in doubt. */
  keep(addresses: ReadonlySet<NodeAddress>): void {
    const doubted = new Set(
      this.doubted()
        .slice(0, DOUBTED_MAX)
        .map(({ address }) => address),
    );
    const gone = [...this.#entries.keys()].filter(
      (address) => !addresses.has(address) && !doubted.has(address),
    );
    if (gone.length === 0) return;
    for (const address of gone) this.#entries.delete(address);
    this.#write();
  }

  #write(): void {
    const lines = [...this.#entries].map(([address, { digest, doubtedSinceMs }]) =>
      doubtedSinceMs === null ? [address, digest] : [address, digest, doubtedSinceMs],
    );
    writePrivateJson(this.#file, lines);
  }
}

/** A manual code has only the upper four bits of the discriminator that a QR code has whole. */
function digestOf(code: SetupCode): string {
  const short =
    'shortDiscriminator' in code ? code.shortDiscriminator : code.longDiscriminator >> 8;
  return createHash('sha256').update(`${code.passcode}/${short}`).digest('hex');
}

function read(file: string): [NodeAddress, Entry][] {
  try {
    const content = readPrivateJson(file);
    return Array.isArray(content) ? content.flatMap(entryOf) : [];
  } catch {
    return [];
  }
}

function entryOf(line: unknown): [NodeAddress, Entry][] {
  if (!Array.isArray(line)) return [];
  const [address, digest, sinceMs = null] = line as unknown[];
  if (typeof address !== 'string' || typeof digest !== 'string') return [];
  const doubtedSinceMs = typeof sinceMs === 'number' ? sinceMs : null;
  return [[address as NodeAddress, { digest, doubtedSinceMs }]];
}
