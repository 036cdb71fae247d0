// When nodes join: in the demo every node that is not in the coordinator's network wants to, as soon as the host
// opens it, one after another; a test can ask for single ones.

import type { VirtualNode } from './nodes/node.ts';
import { COORDINATOR_ADDRESS } from './radio/aps.ts';
import type { Network } from './radio/network.ts';
import type { Random } from './random.ts';
import { Timers } from './timers.ts';
import type { Coordinator } from './znp/coordinator.ts';

const STAGGER_MS = 150;
const ANNOUNCE_MS = { min: 20, max: 60 } as const;

/** Lets nodes join. */
export class Joiner {
  readonly #network: Network;
  readonly #coordinator: Coordinator;
  readonly #random: Random;
  readonly #timers = new Timers();
  readonly #staggerMs: number;
  readonly #onJoined: (node: VirtualNode) => void;
  readonly #waiting = new Set<VirtualNode>();
  readonly #uninvited = new Set<VirtualNode>();
  readonly #keys = new WeakMap<VirtualNode, 'install-code' | 'well-known'>();
  #isRunning = false;

  constructor(
    network: Network,
    coordinator: Coordinator,
    options: { random: Random; staggerMs?: number; onJoined: (node: VirtualNode) => void },
  ) {
    this.#network = network;
    this.#coordinator = coordinator;
    this.#random = options.random.fork('joiner');
    this.#staggerMs = options.staggerMs ?? STAGGER_MS;
    this.#onJoined = options.onJoined;
  }

  /** Nodes that are in no network, or in one that the coordinator no longer runs. */
  strangers(): VirtualNode[] {
    return [...this.#network.nodes].filter((node) => !this.#network.isMember(node));
  }

  /**
   * Asks nodes to join, staggered; those that find the network closed do not. Returns how many were asked. Uninvited
   * ones come in although it is closed, by a router that somebody has left open: the host has to send them away.
   */
  join(nodes: readonly VirtualNode[], options: { uninvited?: boolean } = {}): number {
    for (const node of nodes) {
      this.#waiting.add(node);
      if (options.uninvited === true) this.#uninvited.add(node);
    }
    if (!this.#isRunning) this.#next(0);
    return nodes.length;
  }

  #next(delayMs: number): void {
    this.#isRunning = true;
    this.#timers.after(delayMs, () => {
      const [node] = this.#waiting;
      if (node === undefined) {
        this.#isRunning = false;
        return;
      }
      this.#waiting.delete(node);
      const isJoined = this.#joinNow(node);
      this.#next(isJoined ? this.#staggerMs : 0);
    });
  }

  #joinNow(node: VirtualNode): boolean {
    const isUninvited = this.#uninvited.delete(node);
    if (this.#network.faults.offline.has(node.ieee)) return false;
    const { openings } = this.#coordinator;
    if (openings.length === 0 && !isUninvited) return false;
    const key = this.#coordinator.joinKey(node);
    if (key === undefined) return false;
    const through = isUninvited ? undefined : this.#through(node, openings);
    const address = this.#network.join(node, through);
    if (address === undefined) return false;
    this.#keys.set(node, key);
    this.#onJoined(node);
    this.#coordinator.joined(node, address);
    const announceMs = this.#random.between(ANNOUNCE_MS.min, ANNOUNCE_MS.max);
    this.#timers.after(announceMs, () => node.announce());
    return true;
  }

  /** Its usual parent where that one is open, else whoever is. */
  #through(
    node: VirtualNode,
    openings: readonly number[],
  ): VirtualNode | 'coordinator' | undefined {
    const usual = this.#network.parentAddress(node);
    if (openings.includes(usual)) return undefined;
    const [first = COORDINATOR_ADDRESS] = openings;
    return first === COORDINATOR_ADDRESS ? 'coordinator' : this.#network.memberAt(first);
  }

  /** With which key the node got in last; undefined before its first join. */
  keyOf(node: VirtualNode): 'install-code' | 'well-known' | undefined {
    return this.#keys.get(node);
  }

  stop(): void {
    this.#timers.stop();
  }
}
