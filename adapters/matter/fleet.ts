// All nodes of the fabric with the devices that they carry: takes them up, follows what comes and goes, and tells the
// hub of each device what it is, a few at a time where a bridge brings a hundred.
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { AddressBook } from './address-book.ts';
import type { Node } from './node.ts';
import type { Peer } from './peer.ts';
import { PeerDevices } from './peer-devices.ts';
import type { Reach } from './reach.ts';

/** A bridge that is rearranged tells it in many parts; they are looked at together. */
const SETTLE_MS = 150;
const SETTLE_MAX_MS = 1_000;
/** The hub writes each new device to its disk: so many are told at once, then it has time. */
const TOLD_AT_ONCE = 8;
const TOLD_EVERY_MS = 100;

export interface FleetOptions {
  readonly context: AdapterContext;
  readonly reach: Reach;
  readonly addresses: AddressBook;
}

interface Settling {
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #peers = new Map<NodeAddress, PeerDevices>();
  readonly #settling = new Map<PeerDevices, Settling>();
  readonly #waiting = new Set<Node>();
  #telling: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  peers(): readonly PeerDevices[] {
    return [...this.#peers.values()];
  }

  devices(): readonly Node[] {
    return this.peers().flatMap(({ all }) => all);
  }

  device(address: NodeAddress): Node | undefined {
    return (this.#peers.get(address) ?? this.bridgeOf(address))?.device(address);
  }

  /** The bridge on which a device of this address hangs, or hung. */
  bridgeOf(address: NodeAddress): PeerDevices | undefined {
    const dash = address.indexOf('-');
    return dash < 0 ? undefined : this.#peers.get(address.slice(0, dash) as NodeAddress);
  }

  of({ address }: Peer): PeerDevices | undefined {
    return this.#peers.get(address);
  }

  /** Takes a peer up, which may be known already. */
  take(peer: Peer): PeerDevices {
    const known = this.#peers.get(peer.address);
    if (known?.peer === peer) return known;
    const { context, addresses } = this.#options;
    const devices = new PeerDevices(peer, {
      adapter: context.id,
      isHidden: (address) => addresses.isHidden(address),
    });
    this.#peers.set(peer.address, devices);
    this.look(devices);
    return devices;
  }

  /** The peer is no longer one of the fabric. */
  forget(peer: Peer): PeerDevices | undefined {
    const devices = this.#peers.get(peer.address);
    if (devices?.peer !== peer) return undefined;
    this.#peers.delete(peer.address);
    this.#unsettle(devices);
    this.#options.reach.forget(devices);
    for (const node of devices.all) this.#waiting.delete(node);
    return devices;
  }

  /** Endpoints may have come or gone, or a bridge says otherwise of one: looked at once it is quiet. */
  restructured(peer: Peer): void {
    const devices = this.of(peer);
    if (devices === undefined || devices.isLeaving || this.#isStopped) return;
    const sinceMs = this.#settling.get(devices)?.sinceMs ?? performance.now();
    clearTimeout(this.#settling.get(devices)?.timer);
    const leftMs = SETTLE_MAX_MS - (performance.now() - sinceMs);
    const timer = setTimeout(
      () => {
        this.#settling.delete(devices);
        this.look(devices);
      },
      Math.max(0, Math.min(SETTLE_MS, leftMs)),
    );
    this.#settling.set(devices, { sinceMs, timer });
  }

  /** Looks at a node as it is now, and tells what is different. */
  look(devices: PeerDevices): void {
    if (this.#isStopped || devices.isLeaving || !devices.peer.isWhole) return;
    const { context, reach } = this.#options;
    const before = new Map(devices.all.map((node) => [node, node.part.bridged?.isReachable]));
    const { described, gone } = devices.update();
    for (const node of described) {
      this.#waiting.add(node);
      const { notShown } = node.shape;
      if (notShown.length > 0) {
        const list = notShown.map(({ what }) => what).join(', ');
        context.log('info', `${node.address} has more than the hub takes: ${list}`);
      }
    }
    for (const node of gone) {
      this.#waiting.delete(node);
      reach.taken(node);
      context.left(node.address);
    }
    void this.#tell();
    for (const node of devices.all) {
      const isOther = !before.has(node) || before.get(node) !== node.part.bridged?.isReachable;
      // One that is new is told of once the hub has been told what it is.
      if (isOther && !this.#waiting.has(node)) reach.renew(devices, node);
    }
  }

  /** The household does not want to see a device of a bridge. */
  hide(devices: PeerDevices, node: Node): void {
    node.isLeaving = true;
    this.#waiting.delete(node);
    devices.update();
    this.#options.context.left(node.address);
  }

  async describeAll(): Promise<void> {
    for (const node of this.devices()) this.#waiting.add(node);
    await this.#tell();
  }

  /** Tells a pairing of all that it brought, the node itself last, since with it the pairing is over. */
  async tellPaired(devices: PeerDevices, pairedAs: NodeAddress): Promise<void> {
    await this.#tell();
    const { context } = this.#options;
    const [own, ...bridged] = devices.all;
    for (const [index, node] of bridged.entries()) {
      if (this.#isStopped) return;
      const description = node.describe(context.id);
      context.pairProgress({ kind: 'described', node: node.address, description });
      if (index % TOLD_AT_ONCE === TOLD_AT_ONCE - 1) await delay(TOLD_EVERY_MS);
    }
    if (own === undefined || this.#isStopped) return;
    const description = own.describe(context.id);
    context.pairProgress({ kind: 'described', node: pairedAs, description });
  }

  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#settling.values()) clearTimeout(timer);
    this.#settling.clear();
    this.#waiting.clear();
  }

  /** Tells what waits to be told, with a pause after each handful. */
  #tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async #tellAll(): Promise<void> {
    const { context, reach } = this.#options;
    let told = 0;
    for (const node of this.#waiting) {
      if (this.#isStopped) return;
      this.#waiting.delete(node);
      context.described(node.describe(context.id));
      node.isDescribed = true;
      const devices = this.of(node.peer);
      if (devices !== undefined) reach.renew(devices, node);
      told += 1;
      if (told % TOLD_AT_ONCE === 0) await delay(TOLD_EVERY_MS);
    }
  }

  #unsettle(devices: PeerDevices): void {
    clearTimeout(this.#settling.get(devices)?.timer);
    this.#settling.delete(devices);
  }
}
