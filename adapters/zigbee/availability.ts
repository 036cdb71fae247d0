// Whether nodes can be reached. Listening nodes are asked when they were silent for long, or did not take a
// command; sleeping ones count as gone after a day and an hour of silence, or by the check-in that they have agreed to.
// Each answer comes with its reason.
import type { Controller } from 'zigbee-herdsman';
import { HubError, type Problem } from '../../hub/model/errors.ts';
import type { AdapterContext } from '../contract/adapter.ts';
import { getWire, newSending, readsOf } from './commands/outgoing.ts';
import { sendWithin } from './coordinator/herdsman.ts';
import type { Node } from './node.ts';
import { nodeError } from './problems.ts';
import type { ZigbeeSettings } from './settings.ts';

const SWEEP_MS = 5_000;
/** Nodes that are asked at once: the radio stays free for commands. */
const ASKED_AT_ONCE = 4;
const PING_LIMIT_MS = 2_500;
const READ_LIMIT_MS = 4_000;
/** A node that is gone is asked again after 15 s, then twice as long each time, at most every 10 min, a fifth more or less. */
const ASK_AGAIN_MIN_MS = 15_000;
const ASK_AGAIN_MAX_MS = 600_000;
/** A sleeping node may miss this many of its own check-ins; what it says anyhow is worth the first hours of silence. */
const CHECK_INS_MISSED = 3;
const CHECKED_IN_MIN_MS = 2 * 3_600_000;
/** A node that answers a ping only after a route was searched is slow but there; searching takes up to 20 s. */
const RECOVERY_LIMIT_MS = 25_000;

export interface AvailabilityOptions {
  readonly context: AdapterContext;
  readonly settings: ZigbeeSettings;
  controller(): Controller | null;
  nodes(): Iterable<Node>;
}

interface Asking {
  attempts: number;
  againAtMs: number;
}

/**
 * How long a sleeping node may be silent. A check-in that it has agreed to makes that shorter than the usual limit, or
 * longer where even one of them does not fit into it.
 * @param checkInSeconds undefined for a node without one
 */
export function silenceMs(checkInSeconds: number | undefined, usualMs: number): number {
  if (checkInSeconds === undefined || checkInSeconds <= 0) return usualMs;
  const missedMs = checkInSeconds * 1_000 * CHECK_INS_MISSED;
  const oneMs = checkInSeconds * 1_000 + CHECKED_IN_MIN_MS;
  return Math.max(oneMs, Math.min(usualMs, Math.max(missedMs, CHECKED_IN_MIN_MS)));
}

/** The pause before the n-th question to a node that is gone; `random` from 0 to 1 spreads many of them. */
export function askAgainMs(before: number, random: number): number {
  const plain = Math.min(ASK_AGAIN_MAX_MS, ASK_AGAIN_MIN_MS * 2 ** before);
  return Math.round(plain * (0.8 + random * 0.4));
}

export class Availability {
  readonly #options: AvailabilityOptions;
  readonly #queue: { readonly node: Node; readonly act: () => Promise<void> }[] = [];
  readonly #queued = new Set<Node>();
  readonly #asking = new Map<Node, Asking>();
  #active = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.forget();
  }

  /** Drops what waits to be asked. */
  forget(): void {
    this.#queue.length = 0;
    this.#queued.clear();
    this.#asking.clear();
  }

  /** The coordinator is back: sleeping nodes are what they were, listening ones are read one after the other. */
  connected(): void {
    for (const node of this.#options.nodes()) {
      if (node.isListening) this.read(node);
      else this.#judgeSilent(node, Date.now());
    }
  }

  /** The coordinator is gone, and with it the way to every node. */
  coordinatorLost(problem: Problem): void {
    this.forget();
    for (const node of this.#options.nodes()) {
      this.#tell(node, false, `The Zigbee coordinator is not connected: ${problem.message}`);
    }
  }

  /** A frame of the node came. */
  seen(node: Node): void {
    this.#asking.delete(node);
    const wasGone = node.isOnline === false;
    this.#tell(node, true, null);
    if (wasGone && node.isListening && node.isInterviewed) this.read(node);
  }

  /** A node did not take a command: it is asked at once whether it is there. */
  suspect(node: Node): void {
    if (node.isListening) this.#enqueue(node, () => this.#ping(node), true);
  }

  /** Reads all of a node's values as after a reconnect; one that does not answer is offline. */
  read(node: Node): void {
    this.#enqueue(node, () => this.#read(node), false);
  }

  /**
   * Reads all of a node's values now.
   * @throws HubError `unreachable` or `timed-out` when it does not answer
   */
  async refresh(node: Node): Promise<void> {
    const controller = this.#options.controller();
    if (controller === null) {
      throw new HubError('unreachable', 'The coordinator is not connected', {
        hint: 'Check its stick, cable or network; it is tried again by itself.',
        zh: { message: '协调器没有连接', hint: '请检查它的适配器、线缆或网络；会自动重试。' },
      });
    }
    let answered = 0;
    let last: HubError | null = null;
    for (const request of readsOf(node)) {
      if (last !== null && answered === 0) break;
      const deadlineMs = Date.now() + READ_LIMIT_MS;
      try {
        await getWire(node, request, newSending(node, { controller, deadlineMs }));
        answered += 1;
      } catch (error) {
        const wrapped = nodeError(error, this.#nameOf(node));
        // An attribute that this firmware lacks says that the node is there.
        if (wrapped.code === 'unreachable' || wrapped.code === 'timed-out') last = wrapped;
        else answered += 1;
      }
    }
    if (last !== null && answered === 0) throw last;
    if (answered === 0) await this.#askWhetherThere(node, controller, PING_LIMIT_MS);
  }

  #sweep(): void {
    if (this.#options.controller() === null) return;
    const now = Date.now();
    const { settings } = this.#options;
    for (const node of this.#options.nodes()) {
      if (!node.isInterviewed) continue;
      if (!node.isListening) {
        this.#judgeSilent(node, now);
        continue;
      }
      const isDue =
        node.isOnline === false
          ? now >= (this.#asking.get(node)?.againAtMs ?? 0)
          : now - (node.device.lastSeen ?? 0) > settings.mainsSilenceMs;
      if (isDue) this.#enqueue(node, () => this.#ping(node), false);
    }
  }

  #judgeSilent(node: Node, now: number): void {
    const { lastSeen, checkinInterval } = node.device;
    const limitMs = silenceMs(checkinInterval, this.#options.settings.batterySilenceMs);
    if (lastSeen !== undefined && now - lastSeen <= limitMs) {
      this.#tell(node, true, null);
      return;
    }
    const since = lastSeen === undefined ? 'ever' : `for ${duration(now - lastSeen)}`;
    const reason = `Nothing was heard of it ${since}. Check its battery, and that it is within reach.`;
    this.#tell(node, false, reason);
  }

  #enqueue(node: Node, act: () => Promise<void>, isUrgent: boolean): void {
    if (this.#queued.has(node)) return;
    this.#queued.add(node);
    if (isUrgent) this.#queue.unshift({ node, act });
    else this.#queue.push({ node, act });
    this.#work();
  }

  #work(): void {
    while (this.#active < ASKED_AT_ONCE) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#active += 1;
      void next
        .act()
        .catch((error: Error) => this.#options.context.log('debug', error.message))
        .finally(() => {
          this.#active -= 1;
          this.#queued.delete(next.node);
          this.#work();
        });
    }
  }

  async #read(node: Node): Promise<void> {
    node.reconnectReads += 1;
    try {
      await this.refresh(node);
      this.#asking.delete(node);
      this.#tell(node, true, null);
    } catch {
      await this.#ping(node);
    } finally {
      node.reconnectReads -= 1;
    }
  }

  async #ping(node: Node): Promise<void> {
    const controller = this.#options.controller();
    if (controller === null) return;
    const before = this.#asking.get(node)?.attempts ?? 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await this.#askWhetherThere(node, controller, PING_LIMIT_MS);
        return this.seen(node);
      } catch (error) {
        const { code } = nodeError(error, this.#nameOf(node));
        if (code === 'rejected-by-device') return this.seen(node);
      }
    }
    if (this.#options.controller() !== controller) return;
    const againMs = askAgainMs(before, Math.random());
    this.#asking.set(node, { attempts: before + 1, againAtMs: Date.now() + againMs });
    this.#tell(node, false, 'It does not answer. Check that it has power and is within reach.');
    if (before === 0) void this.#searchRoute(node, controller);
  }

  async #askWhetherThere(node: Node, controller: Controller, limitMs: number): Promise<void> {
    const deadlineMs = Date.now() + limitMs;
    const sending = newSending(node, { controller, deadlineMs });
    await sendWithin(sending, () => node.device.ping(true));
  }

  /** The driver's own recovery may find a node that has moved behind another router. */
  async #searchRoute(node: Node, controller: Controller): Promise<void> {
    const limit = AbortSignal.timeout(RECOVERY_LIMIT_MS);
    try {
      await node.device.ping(false);
    } catch {
      return;
    }
    if (!limit.aborted && this.#options.controller() === controller) this.seen(node);
  }

  #tell(node: Node, online: boolean, reason: string | null): void {
    if (node.isOnline === online) return;
    node.isOnline = online;
    this.#options.context.availability(node.address, online, reason);
  }

  #nameOf(node: Node): string {
    return this.#options.context.nameOf(node.address) ?? node.address;
  }
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
