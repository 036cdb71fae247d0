// What the fabric itself does not remember of its nodes: under which address the home knows a piece of hardware that
// was reset and commissioned again, what its certificates were worth, and which devices behind a bridge the household
// does not want.
import path from 'node:path';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AttestationVerdict } from '../../hub/model/matter-node.ts';
import { readPrivateJson, writePrivateJson } from '../contract/private-file.ts';

const FILE = 'addresses.json';
/** The newest are kept; a device that is forgotten here comes back, and can be removed again. */
const HIDDEN_MAX = 2_000;

interface Content {
  /** By the address in the fabric that of the home, where they differ. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly hidden: readonly string[];
  /** By the address of the home. */
  readonly attestations: Readonly<Record<string, AttestationVerdict>>;
}

export class AddressBook {
  readonly #file: string;
  readonly #addresses: Map<string, string>;
  readonly #hidden: Set<string>;
  readonly #attestations: Map<string, AttestationVerdict>;

  /** Reads the book; one that cannot be read is begun anew, since every node works without it. */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
    const { addresses, hidden, attestations } = read(this.#file);
    this.#addresses = new Map(Object.entries(addresses));
    this.#hidden = new Set(hidden);
    this.#attestations = new Map(Object.entries(attestations));
  }

  /** How the home calls the node of this address in the fabric. */
  homeAddress(fabricAddress: NodeAddress): NodeAddress {
    return (this.#addresses.get(fabricAddress) ?? fabricAddress) as NodeAddress;
  }

  /** The home goes on calling this node by the address of its earlier commissioning. */
  keep(fabricAddress: NodeAddress, homeAddress: NodeAddress): void {
    for (const [fabric, home] of this.#addresses) {
      if (home === homeAddress) this.#addresses.delete(fabric);
    }
    this.#addresses.set(fabricAddress, homeAddress);
    this.#write();
  }

  /** What the certificates of a node were worth when it was added; null for one of before this was kept. */
  attestation(address: NodeAddress): AttestationVerdict | null {
    return this.#attestations.get(address) ?? null;
  }

  attested(address: NodeAddress, verdict: AttestationVerdict): void {
    this.#attestations.set(address, verdict);
    this.#write();
  }

  /** A node that was commissioned as one address is known as the other. */
  moveAttestation(from: NodeAddress, to: NodeAddress): void {
    const verdict = this.#attestations.get(from);
    if (from === to || verdict === undefined) return;
    this.#attestations.delete(from);
    this.attested(to, verdict);
  }

  /** Forgets what was noted of attempts that came to nothing. */
  keepAttestations(addresses: ReadonlySet<string>): void {
    const gone = [...this.#attestations.keys()].filter((address) => !addresses.has(address));
    if (gone.length === 0) return;
    for (const address of gone) this.#attestations.delete(address);
    this.#write();
  }

  isHidden(address: NodeAddress): boolean {
    return this.#hidden.has(address);
  }

  hide(address: NodeAddress): void {
    this.#hidden.delete(address);
    this.#hidden.add(address);
    for (const oldest of this.#hidden) {
      if (this.#hidden.size <= HIDDEN_MAX) break;
      this.#hidden.delete(oldest);
    }
    this.#write();
  }

  /** All that hangs on this bridge is wanted again. */
  showAll(bridge: NodeAddress): void {
    const hidden = [...this.#hidden].filter((each) => each.startsWith(`${bridge}-`));
    if (hidden.length === 0) return;
    for (const each of hidden) this.#hidden.delete(each);
    this.#write();
  }

  /** The node has left the fabric. */
  forget({ address, fabricAddress }: { address: NodeAddress; fabricAddress: NodeAddress }): void {
    const wasKept = this.#addresses.delete(fabricAddress) || this.#attestations.delete(address);
    const hidden = [...this.#hidden].filter((each) => each.startsWith(`${address}-`));
    for (const each of hidden) this.#hidden.delete(each);
    if (wasKept || hidden.length > 0) this.#write();
  }

  #write(): void {
    const content: Content = {
      addresses: Object.fromEntries(this.#addresses),
      hidden: [...this.#hidden],
      attestations: Object.fromEntries(this.#attestations),
    };
    writePrivateJson(this.#file, content);
  }
}

function read(file: string): Content {
  const empty: Content = { addresses: {}, hidden: [], attestations: {} };
  try {
    const content = readPrivateJson(file);
    if (typeof content !== 'object' || content === null) return empty;
    const { addresses, hidden, attestations } = content as Partial<Record<keyof Content, unknown>>;
    return {
      addresses: textsOf(addresses),
      hidden: Array.isArray(hidden) ? hidden.filter((each) => typeof each === 'string') : [],
      // Written by this file; a word that it does not know is shown as it stands.
      attestations: textsOf(attestations) as Record<string, AttestationVerdict>,
    };
  } catch {
    return empty;
  }
}

function textsOf(value: unknown): Record<string, string> {
  const entries: [string, unknown][] = Object.entries(Object(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
