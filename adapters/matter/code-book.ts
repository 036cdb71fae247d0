// By which setup code each node was added. A code that comes again finds the node that is here already: after a hub
// that was cut off before it had told of it, and where an installer does the same file twice. Digests alone are kept.
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { readPrivateJson, writePrivateJson } from '../contract/private-file.ts';
import type { SetupCode } from './setup-code.ts';

const FILE = 'setup-codes.json';

export class CodeBook {
  readonly #file: string;
  readonly #digests: Map<NodeAddress, string>;

  /** Reads the book; one that cannot be read is begun anew, since every node works without it. */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
    this.#digests = new Map(read(this.#file));
  }

  /** The nodes that were added by this code, the newest first: a device may have been reset in between. */
  nodesOf(code: SetupCode): NodeAddress[] {
    const digest = digestOf(code);
    return [...this.#digests]
      .filter(([, each]) => each === digest)
      .map(([address]) => address)
      .reverse();
  }

  /** To be told before the node is taken into the fabric, so that nothing can come between. */
  add(address: NodeAddress, code: SetupCode): void {
    this.#digests.set(address, digestOf(code));
    this.#write();
  }

  /** The node that was added as one address is known as the other. */
  move(from: NodeAddress, to: NodeAddress): void {
    const digest = this.#digests.get(from);
    if (from === to || digest === undefined) return;
    this.#digests.delete(from);
    this.#digests.delete(to);
    this.#digests.set(to, digest);
    this.#write();
  }

  /** Forgets all nodes but these. */
  keep(addresses: ReadonlySet<NodeAddress>): void {
    const gone = [...this.#digests.keys()].filter((address) => !addresses.has(address));
    if (gone.length === 0) return;
    for (const address of gone) this.#digests.delete(address);
    this.#write();
  }

  #write(): void {
    writePrivateJson(this.#file, [...this.#digests]);
  }
}

/** A manual code has only the upper four bits of the discriminator that a QR code has whole. */
function digestOf(code: SetupCode): string {
  const short =
    'shortDiscriminator' in code ? code.shortDiscriminator : code.longDiscriminator >> 8;
  return createHash('sha256').update(`${code.passcode}/${short}`).digest('hex');
}

function read(file: string): [NodeAddress, string][] {
  try {
    const content = readPrivateJson(file);
    return Array.isArray(content) ? content.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is [NodeAddress, string] {
  return (
    Array.isArray(entry) && entry.length === 2 && entry.every((one) => typeof one === 'string')
  );
}
