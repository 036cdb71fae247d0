// Which nodes answer. A node is online while its subscription stands and it left no command unanswered; only then is
// what matter.js has cached of it live, and told. A node that fell silent is asked again until it answers.
import type { AdapterContext } from '../contract/adapter.ts';
import type { Node } from './node.ts';

/** After a start nodes have this long to be reached before they are told offline. */
const GRACE_MS = 10_000;
const PROBE_LIMIT_MS = 2_500;
/** Pauses between asking a silent node: 1, 2, 4 … 30 s. */
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 30_000;

export class Reach {
  readonly #context: AdapterContext;
  readonly #timers = new Map<Node, NodeJS.Timeout>();
  readonly #asking = new Set<Node>();
  #isStopped = false;

  constructor(context: AdapterContext) {
    this.#context = context;
  }

  /** Takes up a node that was known before this start: silent until it has been reached. */
  expect(node: Node): void {
    if (node.peer.isSubscribed) {
      this.subscribed(node, true);
      return;
    }
    this.#after(node, GRACE_MS, () => {
      if (!node.peer.isSubscribed) {
        this.#offline(
          node,
          'It has not answered since the hub started. Is it powered and on the network?',
        );
      }
    });
  }

  /** The subscription to a node stands, or no longer does. */
  subscribed(node: Node, isActive: boolean): void {
    if (this.#isStopped) return;
    if (!isActive) {
      this.#offline(node, 'It no longer answers. Is it powered and on the network?');
      return;
    }
    if (!node.isSuspect) this.#online(node);
  }

  /** A node left a command unanswered: it counts as gone until it answers. */
  suspect(node: Node): void {
    if (this.#isStopped || node.isSuspect || node.isLeaving) return;
    node.isSuspect = true;
    void this.#ask(node, PAUSE_MIN_MS);
  }

  forget(node: Node): void {
    clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
    node.isLeaving = true;
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #ask(node: Node, pauseMs: number): Promise<void> {
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    const hasAnswered = await node.peer
      .probe(AbortSignal.timeout(PROBE_LIMIT_MS))
      .catch(() => false);
    if (hasAnswered && !this.#isStopped) {
      // What it reported meanwhile may be lost.
      await node.peer.read(AbortSignal.timeout(2 * PROBE_LIMIT_MS)).catch(() => {});
    }
    this.#asking.delete(node);
    if (this.#isStopped || node.isLeaving) return;
    if (hasAnswered) {
      node.isSuspect = false;
      if (node.peer.isSubscribed) this.#online(node);
      return;
    }
    this.#offline(node, 'It did not answer. Is it powered and on the network?');
    if (!node.peer.isSubscribed) {
      // matter.js itself connects again; its new subscription is the answer.
      node.isSuspect = false;
      return;
    }
    this.#after(node, pauseMs, () => void this.#ask(node, Math.min(PAUSE_MAX_MS, 2 * pauseMs)));
  }

  #online(node: Node): void {
    clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
    if (node.isOnline !== true) this.#context.availability(node.address, true, null);
    node.isOnline = true;
    this.#context.report(node.address, node.values(), 'reconnect');
  }

  #offline(node: Node, reason: string): void {
    if (node.isLeaving || node.isOnline === false) return;
    node.isOnline = false;
    this.#context.availability(node.address, false, reason);
  }

  #after(node: Node, delayMs: number, act: () => void): void {
    clearTimeout(this.#timers.get(node));
    if (this.#isStopped) return;
    this.#timers.set(node, setTimeout(act, delayMs));
  }
}
