// When nodes join: in the demo every node that is not in the coordinator's network wants to, as soon as the host
// opens it, one after another; a test can ask for single ones.

import type { VirtualNode } from './nodes/node.ts';
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

  /** Asks nodes to join, staggered; those that find the network closed do not. Returns how many were asked. */
  join(nodes: readonly VirtualNode[]): number {
    for (const node of nodes) this.#waiting.add(node);
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
    if (!this.#coordinator.isOpen || this.#network.faults.offline.has(node.ieee)) return false;
    const address = this.#network.join(node);
    if (address === undefined) return false;
    this.#onJoined(node);
    this.#coordinator.joined(node, address);
    const announceMs = this.#random.between(ANNOUNCE_MS.min, ANNOUNCE_MS.max);
    this.#timers.after(announceMs, () => node.announce());
    return true;
  }

  stop(): void {
    this.#timers.stop();
  }
}
