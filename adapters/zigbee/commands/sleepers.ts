// Settings for nodes that sleep: kept until the node wakes, told as waiting meanwhile, sent at its next sign of life,
// and given up when their time is over. What is kept is in wake-queue.ts; how one is sent in commands.ts.
import { type HubError, type Problem, toProblem } from '../../../hub/model/errors.ts';
import type { CommandId, NodeAddress } from '../../../hub/model/identifiers.ts';
import { parsePropertyKey } from '../../../hub/model/properties.ts';
import { valuesEqual } from '../../../hub/model/property-value.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import { DEVICE_GONE, SLEPT_ON, SUPERSEDED, TAKEN_BACK } from '../../contract/waiting-problems.ts';
import { waitingTimeMs } from '../../contract/waiting-time.ts';
import type { Node } from '../node.ts';
import type { WakeQueue, Wish } from './wake-queue.ts';

/** A node that is awake, or asks its parent often, has taken it by then: nothing is told of waiting. */
const TOLD_AFTER_MS = 1_500;
/** A parent keeps a frame for 7.68 s; what a node has not taken then, it takes when it is heard again. */
export const ATTEMPT_MS = 9_000;
const EXPIRY_EVERY_MS = 5_000;
/**
 * Of what is asked for within this time only the newest reaches the node's parent, from where nothing can be taken
 * back. Two commands of one moment may come in two messages, and one who sleeps does not mind.
 */
const GATHERED_MS = 50;

export interface SleepersOptions {
  readonly context: AdapterContext;
  readonly queue: WakeQueue;
  node(address: NodeAddress): Node | undefined;
  isConnected(): boolean;
  /** Sends it and follows it; resolves with why the node did not take it, or null when it has. */
  deliver(command: AdapterCommand): Promise<HubError | null>;
  /** Nothing of what is being delivered may leave any more. `isSilent`: nor may anything be told of it. */
  abort(command: CommandId, isSilent: boolean): void;
}

export class Sleepers {
  readonly #options: SleepersOptions;
  readonly #trying = new Set<NodeAddress>();
  /** Given to the radio and not settled yet; those of them that were taken back meanwhile. */
  readonly #attempted = new Set<CommandId>();
  readonly #cancelled = new Set<CommandId>();
  readonly #tellTimers = new Map<CommandId, NodeJS.Timeout>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: SleepersOptions) {
    this.#options = options;
  }

  /** Takes up what was kept, and tells the hub of it. */
  start(): void {
    const { queue, context } = this.#options;
    const damaged = queue.load();
    if (damaged !== null) {
      context.log('error', `What waited for sleeping devices could not be read: see ${damaged}`);
    }
    for (const wish of queue.all) this.#tell(wish);
    this.#timer = setInterval(() => this.#expire(), EXPIRY_EVERY_MS);
    this.#expire();
  }

  /** What waits stays kept. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const timer of this.#tellTimers.values()) clearTimeout(timer);
    this.#tellTimers.clear();
    await this.#options.queue.save().catch(() => {});
  }

  /**
   * Takes a command that may wait for its node; false for any other.
   * @throws HubError `busy` when too many wait already
   */
  take(node: Node, command: AdapterCommand): boolean {
    const { body } = command;
    if (body.kind !== 'set' || !node.isSleepy) return false;
    const { key } = parsePropertyKey(body.property);
    const descriptor = node.binding(key)?.descriptor;
    const timeMs = descriptor === undefined ? null : waitingTimeMs(descriptor);
    if (timeMs === null) return false;
    const now = Date.now();
    const wish: Wish = {
      command: command.id,
      node: node.address,
      property: key,
      value: body.value,
      ...(body.transitionMs === undefined ? {} : { transitionMs: body.transitionMs }),
      cause: command.cause ?? { kind: 'restore' },
      askedAtMs: now,
      untilMs: now + timeMs,
    };
    const older = this.#options.queue.put(wish);
    if (older !== null) {
      this.#options.abort(older.command, true);
      this.#end(older, 'failed', SUPERSEDED);
    }
    const afterMs = Math.min(TOLD_AFTER_MS, command.timeoutMs / 2);
    this.#tellTimers.set(
      wish.command,
      setTimeout(() => void this.#tellOnceKept(wish), afterMs),
    );
    setTimeout(() => void this.#try(node.address), GATHERED_MS);
    return true;
  }

  /** The household does not want it any more. What lies at the node's parent may still be taken until it expires. */
  cancel(command: CommandId): void {
    const wish = this.#options.queue.get(command);
    if (wish === undefined) {
      this.#options.context.outcome(command, 'failed', TAKEN_BACK);
    } else if (this.#attempted.has(command)) {
      this.#cancelled.add(command);
      this.#options.abort(command, false);
    } else {
      this.#finish(wish, 'failed', TAKEN_BACK);
    }
  }

  /** A frame of the node came: it listens for a moment. */
  seen(node: Node): void {
    if (node.isSleepy && node.isInterviewed) void this.#try(node.address);
  }

  /** The node is gone for good. */
  left(address: NodeAddress): void {
    for (const wish of this.#options.queue.of(address)) this.#finish(wish, 'failed', DEVICE_GONE);
  }

  /** What the page shows beside the node. */
  countOf(address: NodeAddress): number {
    return this.#options.queue.of(address).length;
  }

  async #tellOnceKept(wish: Wish): Promise<void> {
    this.#tellTimers.delete(wish.command);
    const { queue, context } = this.#options;
    try {
      await queue.save();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      context.log('error', `What waits for a sleeping device is not kept over a restart: ${text}`);
    }
    if (queue.get(wish.command) !== undefined && !this.#isStopped) this.#tell(wish);
  }

  #tell({ transitionMs: _transitionMs, ...wish }: Wish): void {
    this.#options.context.waiting(wish);
  }

  /** One at a time, oldest first, until the node does not take one. */
  async #try(address: NodeAddress): Promise<void> {
    if (this.#trying.has(address) || this.#next(address) === undefined) return;
    this.#trying.add(address);
    try {
      for (let wish = this.#next(address); wish !== undefined; wish = this.#next(address)) {
        const startedAtMs = Date.now();
        const isTaken = await this.#attempt(wish);
        // A node that was heard meanwhile is awake after all.
        const heardAtMs = this.#options.node(address)?.device.lastSeen ?? 0;
        if (!isTaken && heardAtMs <= startedAtMs) return;
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#options.context.log('warn', `What waits for ${address} could not be sent: ${text}`);
    } finally {
      this.#trying.delete(address);
    }
  }

  #next(address: NodeAddress): Wish | undefined {
    const { queue, isConnected } = this.#options;
    return isConnected() && !this.#isStopped ? queue.of(address)[0] : undefined;
  }

  /** Whether it is settled, for better or worse. */
  async #attempt(wish: Wish): Promise<boolean> {
    const node = this.#options.node(wish.node);
    if (node === undefined) return false;
    await node.load();
    if (this.#isSaid(node, wish)) {
      this.#finish(wish, 'acknowledged', null);
      return true;
    }
    const { command: id, property, value, transitionMs } = wish;
    this.#attempted.add(id);
    const problem = await this.#options.deliver({
      kind: 'command',
      id,
      node: wish.node,
      body: {
        kind: 'set',
        property,
        value,
        ...(transitionMs === undefined ? {} : { transitionMs }),
      },
      timeoutMs: Math.min(ATTEMPT_MS, Math.max(1, wish.untilMs - Date.now())),
    });
    this.#attempted.delete(id);
    const isCancelled = this.#cancelled.delete(id);
    if (problem === null) {
      this.#forget(wish);
      return true;
    }
    if (isCancelled) {
      this.#finish(wish, 'failed', TAKEN_BACK);
      return true;
    }
    const { code } = problem;
    if (code === 'timed-out' || code === 'unreachable' || code === 'cancelled') return false;
    this.#finish(wish, 'failed', toProblem(problem));
    return true;
  }

  /** The node says itself that it is so already. */
  #isSaid(node: Node, wish: Wish): boolean {
    const said = node.seen.get(wish.property);
    const spec = node.binding(wish.property)?.spec;
    if (said === undefined || spec === undefined || said.atMs <= wish.askedAtMs) return false;
    return valuesEqual(spec, said.value, wish.value);
  }

  #expire(): void {
    const now = Date.now();
    for (const wish of this.#options.queue.all) {
      if (wish.untilMs <= now) this.#finish(wish, 'timedOut', SLEPT_ON);
    }
  }

  #forget({ command }: Wish): boolean {
    clearTimeout(this.#tellTimers.get(command));
    this.#tellTimers.delete(command);
    return this.#options.queue.remove(command);
  }

  #finish(
    wish: Wish,
    state: 'acknowledged' | 'failed' | 'timedOut',
    problem: Problem | null,
  ): void {
    if (!this.#forget(wish)) return;
    this.#options.abort(wish.command, true);
    // Told once it is on the disk: what was given up must not come back after a crash.
    const end = (): void => this.#end(wish, state, problem);
    this.#options.queue.save().then(end, end);
  }

  #end(wish: Wish, state: 'acknowledged' | 'failed' | 'timedOut', problem: Problem | null): void {
    clearTimeout(this.#tellTimers.get(wish.command));
    this.#tellTimers.delete(wish.command);
    this.#options.context.outcome(wish.command, state, problem);
  }
}
