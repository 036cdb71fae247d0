// The devices that one node of the fabric carries: itself, and what it bridges. Follows the node as endpoints come and
// go, and says what has changed by it.
import type { AdapterId, NodeAddress } from '../../hub/model/identifiers.ts';
import { addressOf, type Carrier, Node } from './node.ts';
import { type NodePart, partsOf } from './node-parts.ts';
import type { Peer } from './peer.ts';

/** What is different from before. */
export interface DeviceChanges {
  /** New, or described otherwise than before. */
  readonly described: readonly Node[];
  readonly gone: readonly Node[];
}

export class PeerDevices implements Carrier {
  readonly peer: Peer;
  isSuspect = false;
  isLeaving = false;
  readonly #adapter: AdapterId;
  readonly #isHidden: (address: NodeAddress) => boolean;
  readonly #devices = new Map<NodeAddress, Node>();
  readonly #byEndpoint = new Map<number, Node>();
  readonly #told = new Map<NodeAddress, string>();

  constructor(
    peer: Peer,
    options: { readonly adapter: AdapterId; isHidden(address: NodeAddress): boolean },
  ) {
    this.peer = peer;
    this.#adapter = options.adapter;
    this.#isHidden = options.isHidden;
  }

  /** The node itself, which stands even before it has been read. */
  get own(): Node {
    const own = this.#devices.get(this.peer.address);
    if (own === undefined) throw new Error(`${this.peer.address} has not been looked at`);
    return own;
  }

  /** The node itself first. */
  get all(): readonly Node[] {
    return [...this.#devices.values()];
  }

  device(address: NodeAddress): Node | undefined {
    return this.#devices.get(address);
  }

  /** The device that an endpoint belongs to; undefined for one that is new, or not wanted. */
  at(endpoint: number): Node | undefined {
    return this.#byEndpoint.get(endpoint);
  }

  /** Looks at the node as it is now. */
  update(): DeviceChanges {
    const parts = partsOf(this.peer.endpoints()).filter(
      (part) => part.key === '' || !this.#isHidden(addressOf(this.peer, part)),
    );
    const described = parts.flatMap((part) => this.#take(part) ?? []);
    const here = new Set(parts.map((part) => addressOf(this.peer, part)));
    const gone = this.all.filter(({ address }) => !here.has(address));
    for (const { address } of gone) {
      this.#devices.delete(address);
      this.#told.delete(address);
    }
    this.#byEndpoint.clear();
    for (const node of this.#devices.values()) {
      for (const { number } of node.part.endpoints) this.#byEndpoint.set(number, node);
    }
    return { described, gone };
  }

  /** The device where it is new or another than before. */
  #take(part: NodePart): Node | undefined {
    const address = addressOf(this.peer, part);
    const known = this.#devices.get(address);
    known?.reshape(part);
    const node = known ?? new Node(this, part);
    this.#devices.set(address, node);
    const description = JSON.stringify(node.describe(this.#adapter));
    if (this.#told.get(address) === description) return undefined;
    this.#told.set(address, description);
    return node;
  }
}
