// Which devices answer. A node is online while its subscription stands and it left no command unanswered; only then is
// what matter.js has cached of it live, and told. A node that fell silent is asked again until it answers. What hangs
// on a bridge is online while the bridge is and says that it reaches it.
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import type { Node } from './node.ts';
import type { PeerDevices } from './peer-devices.ts';

/** After a start nodes have this long to be reached before they are told offline. */
const GRACE_MS = 10_000;
const PROBE_LIMIT_MS = 2_500;
/** Pauses between asking a silent node: 1, 2, 4 … 30 s. */
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
const READ_LIMIT_MS = 5_000;
/** A question to a node that is searched for stands this long: one that is taken back begins the search anew. */
const WAKE_LIMIT_MS = 60_000;
/** A large bridge takes seconds to tell all that a new subscription begins with; on a slow machine minutes. */
const SETTLE_MS = 15_000;
const SETTLE_MAX_MS = 120_000;
/** Nothing came from it for so long: it is not telling anything. */
const SILENT_MS = 10_000;
/** BasicInformation, SoftwareVersion: every node has it. */
const SOMETHING = [{ endpoint: 0, clusterId: 0x0028, attributeId: 9 }];

export class Reach {
  readonly #context: AdapterContext;
  readonly #timers = new Map<PeerDevices, NodeJS.Timeout>();
  readonly #asking = new Set<PeerDevices>();
  #isStopped = false;

  constructor(context: AdapterContext) {
    this.#context = context;
  }

  /** Takes up a node that was known before this start: silent until it has been reached. */
  expect(devices: PeerDevices): void {
    if (devices.peer.isSubscribed) {
      this.subscribed(devices, true);
      return;
    }
    this.#after(devices, GRACE_MS, () => {
      if (!devices.peer.isSubscribed) {
        this.#offline(
          devices,
          'It has not answered since the hub started. Is it powered and on the network?',
        );
        void this.#wake(devices);
      }
    });
  }

  /** The subscription to a node stands, or no longer does. */
  subscribed(devices: PeerDevices, isActive: boolean): void {
    if (this.#isStopped) return;
    if (!isActive) {
      this.#offline(devices, 'It no longer answers. Is it powered and on the network?');
      return;
    }
    if (!devices.isSuspect) this.#online(devices);
  }

  /** A node left a command unanswered: it counts as gone until it answers. */
  suspect(devices: PeerDevices): void {
    if (this.#isStopped || devices.isSuspect || devices.isLeaving) return;
    devices.isSuspect = true;
    void this.#ask(devices, PAUSE_MIN_MS);
  }

  /** A device has come, or its bridge says otherwise of it: it is told as its node is. */
  renew(devices: PeerDevices, node: Node): void {
    if (this.#isStopped || devices.isSuspect || !devices.peer.isSubscribed) return;
    this.#tell(devices, node);
  }

  /** The bridge no longer has it. */
  taken(node: Node): void {
    if (this.#isStopped || node.isLeaving) return;
    this.#toldOffline(node, 'Its bridge has taken it away.');
    node.isLeaving = true;
  }

  forget(devices: PeerDevices): void {
    clearTimeout(this.#timers.get(devices));
    this.#timers.delete(devices);
    devices.isLeaving = true;
    for (const node of devices.all) node.isLeaving = true;
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * A node that answers a question and is not subscribed to is subscribed to now, and not when the library likes. One
   * that is telling all that it has is let finish: begun anew each time, a large bridge would never come to the end.
   */
  async #wake(devices: PeerDevices, settleMs = SETTLE_MS): Promise<void> {
    const { peer } = devices;
    const isOver = () => this.#isStopped || devices.isLeaving || peer.isSubscribed;
    const hasAnswered = await peer.read(AbortSignal.timeout(WAKE_LIMIT_MS), SOMETHING).then(
      () => true,
      () => false,
    );
    if (isOver()) return;
    this.#after(devices, settleMs, () => {
      if (isOver()) return;
      if (!hasAnswered || peer.silentMs() < SILENT_MS) {
        void this.#wake(devices, settleMs);
        return;
      }
      peer.resubscribe().catch(() => {});
      this.#after(devices, settleMs, () => {
        if (!isOver()) void this.#wake(devices, Math.min(SETTLE_MAX_MS, 2 * settleMs));
      });
    });
  }

  async #ask(devices: PeerDevices, pauseMs: number): Promise<void> {
    if (this.#asking.has(devices)) return;
    this.#asking.add(devices);
    const { peer } = devices;
    const hasAnswered = await peer.probe(AbortSignal.timeout(PROBE_LIMIT_MS)).catch(() => false);
    if (hasAnswered && !this.#isStopped) {
      // What it reported meanwhile may be lost.
      await peer.read(AbortSignal.timeout(READ_LIMIT_MS)).catch(() => {});
    }
    this.#asking.delete(devices);
    if (this.#isStopped || devices.isLeaving) return;
    if (hasAnswered) {
      devices.isSuspect = false;
      if (peer.isSubscribed) this.#online(devices);
      return;
    }
    this.#offline(devices, 'It did not answer. Is it powered and on the network?');
    if (!peer.isSubscribed) {
      // matter.js itself connects again; its new subscription is the answer.
      devices.isSuspect = false;
      return;
    }
    const next = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
    this.#after(devices, pauseMs, () => void this.#ask(devices, next));
  }

  #online(devices: PeerDevices): void {
    clearTimeout(this.#timers.get(devices));
    this.#timers.delete(devices);
    for (const node of devices.all) this.#tell(devices, node);
  }

  /** The node answers; one behind a bridge does where the bridge says so. */
  #tell(devices: PeerDevices, node: Node): void {
    if (node.isLeaving || !node.isDescribed) return;
    if (node.part.bridged?.isReachable === false) {
      const bridge = this.#nameOf(devices.peer.address, devices.own);
      this.#toldOffline(node, `${bridge} cannot reach it. Is it powered and near enough?`);
      return;
    }
    if (node.isOnline !== true) this.#context.availability(node.address, true, null);
    node.isOnline = true;
    const values = node.values();
    if (Object.keys(values).length > 0) this.#context.report(node.address, values, 'reconnect');
  }

  #offline(devices: PeerDevices, reason: string): void {
    for (const node of devices.all) {
      const bridge = this.#nameOf(devices.peer.address, devices.own);
      this.#toldOffline(
        node,
        node.isBridged ? `${bridge} cannot be reached. Is it powered and on the network?` : reason,
      );
    }
  }

  #toldOffline(node: Node, reason: string): void {
    if (node.isLeaving || !node.isDescribed || node.isOnline === false) return;
    node.isOnline = false;
    this.#context.availability(node.address, false, reason);
  }

  #nameOf(address: NodeAddress, own: Node): string {
    return this.#context.nameOf(address) ?? own.peer.identity.product;
  }

  #after(devices: PeerDevices, delayMs: number, act: () => void): void {
    clearTimeout(this.#timers.get(devices));
    if (this.#isStopped) return;
    this.#timers.set(devices, setTimeout(act, delayMs));
  }
}
