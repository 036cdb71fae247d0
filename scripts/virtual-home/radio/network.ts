// The air of the virtual home: who is in which network, and how a frame gets from one to the other with latency,
// loss and sleep. The coordinator (znp/) is one listener of it; nodes (nodes/) are the others.

import type { DeviceModel, Placement } from '../devices/model.ts';
import { type NodeHost, VirtualNode } from '../nodes/node.ts';
import type { Random } from '../random.ts';
import { Timers } from '../timers.ts';
import {
  type ApsFrame,
  BROADCAST_ALL,
  COORDINATOR_ADDRESS,
  type Delivery,
  type Destination,
  TransmitStatus,
} from './aps.ts';
import { AirFaults } from './faults.ts';
import { Mailbox, PERSISTENCE_MS } from './mailbox.ts';

/** The coordinator as the air sees it. */
export interface CoordinatorEar {
  /** The network it runs now; undefined while its radio is off. */
  networkSecret(): string | undefined;
  ieee(): string;
  receive(node: VirtualNode, delivery: Delivery, lqi: number): void;
  /** A node has left; with `rejoins` it comes back by itself at once. */
  left(node: VirtualNode, networkAddress: number, rejoins: boolean): void;
}

/** How long a frame is in the air, each way. With 0 there is no radio in between: sleepers hear at once, too. */
export interface Latency {
  minMs: number;
  maxMs: number;
}

/** What happens around the network that others want to know. */
export interface NetworkEvents {
  traffic: NodeHost['traffic'];
  stateChanged(node: VirtualNode): void;
  configurationChanged(node: VirtualNode): void;
}

/** A radio tries a frame this long before it gives up on a listener that does not acknowledge. */
const RETRIES_MS = 60;
const NO_ROUTE_MS = 30;
/** A frame goes no further. Spec: Zigbee 05-3474, nwkMaxDepth × 2. */
const HOPS_MAX = 30;
/** Between a node's answer to a leave request and its leaving. */
const LEAVE_MS = 30;

function ignore(): void {
  // Nobody waits to hear how this transmission ends.
}

/** Frames of one direction keep their order: none arrives before the one sent before it. */
interface Lane {
  freeMs: number;
  underWay: (() => void)[];
}

interface Link {
  mailbox: Mailbox | undefined;
  down: Lane;
  up: Lane;
}

/** The air and all nodes in it. */
export class Network {
  readonly faults = new AirFaults();
  readonly timers = new Timers();
  /** When and to whom a question for a node's neighbours or routes went into the air. */
  readonly tableRequests: { readonly atMs: number; readonly address: number }[] = [];
  readonly #nodes = new Map<string, VirtualNode>();
  readonly #links = new Map<VirtualNode, Link>();
  readonly #byAddress = new Map<number, VirtualNode>();
  /** Whom nodes have joined through, where that is not whom the home's file says. */
  readonly #joinedThrough = new WeakMap<VirtualNode, VirtualNode | 'coordinator'>();
  readonly #random: Random;
  readonly #latency: Latency;
  readonly #host: NodeHost;
  #coordinator: CoordinatorEar | undefined;

  constructor(options: { random: Random; latency: Latency; speed: number; events: NetworkEvents }) {
    this.#random = options.random.fork('air');
    this.#latency = options.latency;
    const { events } = options;
    this.#host = {
      random: options.random.fork('nodes'),
      timers: this.timers,
      speed: options.speed,
      vanish: (node) => void this.faults.offline.add(node.ieee),
      transmit: (node, destination, frame) => this.#transmit(node, destination, frame),
      addressOf: (ieee) => this.addressOf(ieee),
      traffic: events.traffic,
      stateChanged: events.stateChanged,
      configurationChanged: events.configurationChanged,
      leave: (node, rejoins) => this.timers.after(LEAVE_MS, () => this.leave(node, rejoins)),
    };
  }

  listen(coordinator: CoordinatorEar): void {
    this.#coordinator = coordinator;
  }

  addNode(model: DeviceModel, placement: Placement): VirtualNode {
    const node = new VirtualNode(this.#host, model, placement);
    const { poll } = model;
    const mailbox =
      poll === undefined || this.#latency.maxMs === 0
        ? undefined
        : new Mailbox(this.timers, { ...poll, phaseMs: this.#random.between(0, poll.longMs) });
    this.#nodes.set(node.ieee, node);
    const lane = (): Lane => ({ freeMs: 0, underWay: [] });
    this.#links.set(node, { mailbox, down: lane(), up: lane() });
    return node;
  }

  get nodes(): Iterable<VirtualNode> {
    return this.#nodes.values();
  }

  get size(): number {
    return this.#nodes.size;
  }

  node(ieee: string): VirtualNode | undefined {
    return this.#nodes.get(ieee);
  }

  nodeNamed(name: string): VirtualNode | undefined {
    for (const node of this.#nodes.values()) if (node.placement.name === name) return node;
    return undefined;
  }

  /** Whether the node is in the network that the coordinator runs. */
  isMember(node: VirtualNode): boolean {
    const secret = this.#coordinator?.networkSecret();
    return secret !== undefined && node.membership?.secret === secret;
  }

  members(): VirtualNode[] {
    return [...this.#nodes.values()].filter((node) => this.isMember(node));
  }

  memberAt(address: number): VirtualNode | undefined {
    const node = this.#byAddress.get(address);
    return node !== undefined && this.isMember(node) ? node : undefined;
  }

  addressOf(ieee: string): number | undefined {
    if (ieee === this.#coordinator?.ieee()) return COORDINATOR_ADDRESS;
    return this.#nodes.get(ieee)?.membership?.networkAddress;
  }

  /** Gives a node an address in the running network, and lets it begin. Undefined when no network runs. */
  join(node: VirtualNode, through?: VirtualNode | 'coordinator'): number | undefined {
    const secret = this.#coordinator?.networkSecret();
    if (secret === undefined) return undefined;
    let networkAddress = this.#random.integer(1, 0xfff0);
    while (this.#byAddress.has(networkAddress)) networkAddress = this.#random.integer(1, 0xfff0);
    this.#release(node);
    if (through === undefined) this.#joinedThrough.delete(node);
    else this.#joinedThrough.set(node, through);
    this.#byAddress.set(networkAddress, node);
    node.join({ secret, networkAddress });
    this.#links.get(node)?.mailbox?.wake('joined');
    return networkAddress;
  }

  /** Takes a node out of its network, or has it announce itself again. The coordinator hears of it. */
  leave(node: VirtualNode, rejoins = false): void {
    const address = node.membership?.networkAddress;
    if (address === undefined) return;
    if (this.isMember(node)) this.#coordinator?.left(node, address, rejoins);
    if (rejoins) {
      node.announce();
      return;
    }
    this.#release(node);
    node.leave();
  }

  /** Has a sleepy node ask for nothing until it has said something itself. False for one that always listens. */
  sleep(node: VirtualNode, isFastAsleep: boolean): boolean {
    const mailbox = this.#links.get(node)?.mailbox;
    if (mailbox === undefined) return false;
    mailbox.sleep(isFastAsleep);
    return true;
  }

  /** Takes up the addresses of nodes that were loaded with their membership. */
  restore(): void {
    for (const node of this.#nodes.values()) {
      if (node.membership === undefined) continue;
      this.#byAddress.set(node.membership.networkAddress, node);
      node.start();
    }
  }

  #release(node: VirtualNode): void {
    const address = node.membership?.networkAddress;
    if (address !== undefined && this.#byAddress.get(address) === node) {
      this.#byAddress.delete(address);
    }
  }

  /** The router that a node joined through; the coordinator's address when none. */
  parentAddress(node: VirtualNode): number {
    const through = this.#joinedThrough.get(node);
    if (through === 'coordinator') return COORDINATOR_ADDRESS;
    if (through !== undefined && this.isMember(through)) {
      return through.membership?.networkAddress ?? COORDINATOR_ADDRESS;
    }
    const { parent } = node.placement;
    const router = parent === undefined ? undefined : this.nodeNamed(parent);
    if (router === undefined || !this.isMember(router)) return COORDINATOR_ADDRESS;
    return router.membership?.networkAddress ?? COORDINATOR_ADDRESS;
  }

  /** Link quality of a node's next frame. */
  lqi(node: VirtualNode): number {
    return Math.max(1, Math.min(255, node.placement.lqi + this.#random.integer(-6, 6)));
  }

  #carry(lane: Lane, arrive: () => void): void {
    const { minMs, maxMs } = this.#latency;
    const delayMs = this.faults.delayMs + (maxMs > 0 ? this.#random.between(minMs, maxMs) : 0);
    if (delayMs === 0 && lane.underWay.length === 0) {
      arrive();
      return;
    }
    const now = performance.now();
    lane.freeMs = Math.max(now + delayMs, lane.freeMs);
    lane.underWay.push(arrive);
    this.timers.after(lane.freeMs - now, () => lane.underWay.shift()?.());
  }

  /** Carries a frame from the coordinator to one node; `confirm` hears how it ended, before any answer. */
  unicast(address: number, delivery: Delivery, confirm: (status: number) => void): void {
    const node = this.memberAt(address);
    if (node === undefined) {
      this.timers.after(NO_ROUTE_MS, () => confirm(TransmitStatus.noRoute));
      return;
    }
    this.#toNode(node, delivery, confirm);
  }

  #toNode(node: VirtualNode, delivery: Delivery, confirm: (status: number) => void): void {
    const link = this.#links.get(node);
    if (link === undefined) return;
    const { mailbox } = link;
    if (this.#isOut(node)) {
      const status = mailbox ? TransmitStatus.transactionExpired : TransmitStatus.noAcknowledgement;
      this.timers.after(mailbox ? PERSISTENCE_MS : RETRIES_MS, () => confirm(status));
      return;
    }
    if (this.#isLost(node)) {
      this.timers.after(RETRIES_MS, () => confirm(TransmitStatus.noAcknowledgement));
      return;
    }
    if (mailbox !== undefined) {
      mailbox.put(() => this.#carry(link.down, () => node.receive(delivery)), confirm);
      return;
    }
    this.#carry(link.down, () => {
      confirm(TransmitStatus.success);
      node.receive(delivery);
    });
  }

  /** Whether the node itself, or a router on its way, is out of reach. */
  #isOut(node: VirtualNode): boolean {
    const { offline, unplugged } = this.faults;
    if (offline.has(node.ieee) || unplugged.has(node.ieee)) return true;
    if (unplugged.size === 0) return false;
    let at = this.memberAt(this.parentAddress(node));
    for (let hops = 0; at !== undefined && hops < HOPS_MAX; hops += 1) {
      if (unplugged.has(at.ieee)) return true;
      at = this.memberAt(this.parentAddress(at));
    }
    return false;
  }

  /** The network is on another channel: who did not hear of it is alone on the old one. */
  channelChanged(): void {
    for (const ieee of this.faults.stubborn) this.faults.offline.add(ieee);
  }

  #isLost(node: VirtualNode): boolean {
    const rate = this.faults.dropRate(node.ieee);
    return rate > 0 && this.#random.next() < rate;
  }

  /** Carries a frame to everybody concerned: sleepers hear only what is for all. */
  spread(delivery: Delivery, except?: VirtualNode): void {
    const { destination } = delivery;
    const isForSleepers = destination.kind === 'broadcast' && destination.address === BROADCAST_ALL;
    for (const node of this.#nodes.values()) {
      if (node === except || !this.isMember(node)) continue;
      if (node.isSleepy && !isForSleepers) continue;
      this.#toNode(node, delivery, ignore);
    }
  }

  #transmit(node: VirtualNode, destination: Destination, frame: ApsFrame): void {
    const link = this.#links.get(node);
    const source = node.membership?.networkAddress;
    if (link === undefined || source === undefined || !this.isMember(node)) return;
    link.mailbox?.wake('said');
    if (this.#isOut(node) || this.#isLost(node)) return;
    const delivery: Delivery = { source, destination, frame };
    const isForCoordinator =
      destination.kind !== 'unicast' || destination.address === COORDINATOR_ADDRESS;
    this.#carry(link.up, () => {
      if (isForCoordinator) this.#coordinator?.receive(node, delivery, this.lqi(node));
      if (destination.kind === 'group') this.spread(delivery, node);
      else if (destination.kind === 'unicast' && !isForCoordinator)
        this.unicast(destination.address, delivery, ignore);
    });
  }

  stop(): void {
    this.timers.stop();
    for (const node of this.#nodes.values()) node.stop();
  }
}
