// Settings for a device that sleeps: kept until it wakes, told as waiting meanwhile, given up when their time is over.
// What acts, such as a lamp or a lock, never waits. The device's file holds them, and the device sends them.
import type { WaitingItem } from '../../../hub/model/adapter-port.ts';
import { HubError, type Problem } from '../../../hub/model/errors.ts';
import { type CommandId, type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { type PropertyDescriptor, parsePropertyKey } from '../../../hub/model/properties.ts';
import type { AdapterCommand } from '../../contract/adapter.ts';
import { DEVICE_GONE, SLEPT_ON, SUPERSEDED, TAKEN_BACK } from '../../contract/waiting-problems.ts';
import { waitingTimeMs } from '../../contract/waiting-time.ts';
import type { LanTools } from '../family.ts';
import type { Json } from '../known-devices.ts';
import { isJson } from './entity.ts';

/** What waits, as it is told to the hub and as it is kept. */
export type Wish = Omit<WaitingItem, 'kind'>;

/** No device has more settings than a person changes while it sleeps. */
const WISHES_MAX = 16;
const EXPIRY_EVERY_MS = 5_000;

export class Waiting {
  readonly #tools: LanTools;
  readonly #wishes = new Map<CommandId, Wish>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tools: LanTools, kept: readonly Wish[]) {
    this.#tools = tools;
    for (const wish of kept) this.#wishes.set(wish.command, wish);
  }

  /** As it is kept. */
  get all(): readonly Wish[] {
    return [...this.#wishes.values()];
  }

  /** Tells the hub what still waits. */
  start(): void {
    for (const wish of this.all) this.#tools.context.waiting(wish);
    this.#timer = setInterval(() => this.#expire(), EXPIRY_EVERY_MS);
    this.#expire();
  }

  /** What waits stays kept. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Keeps a setting for when its device wakes; false for what must happen now or not at all.
   * @throws HubError `busy` when too many wait already
   */
  take({ id, node, body, cause }: AdapterCommand, descriptor: PropertyDescriptor): boolean {
    const timeMs = waitingTimeMs(descriptor);
    if (body.kind !== 'set' || timeMs === null) return false;
    const { key } = descriptor;
    const older = this.all.find((wish) => wish.node === node && wish.property === key);
    if (older === undefined && this.#wishes.size >= WISHES_MAX) throw tooMany();
    if (older !== undefined) this.#wishes.delete(older.command);
    const askedAtMs = Date.now();
    const wish: Wish = {
      command: id,
      node,
      property: key,
      value: body.value,
      cause: cause ?? { kind: 'restore' },
      askedAtMs,
      untilMs: askedAtMs + timeMs,
    };
    this.#wishes.set(id, wish);
    this.#tools.changed();
    if (older !== undefined) this.#tools.context.outcome(older.command, 'failed', SUPERSEDED);
    this.#tools.context.waiting(wish);
    return true;
  }

  /** Whether it still waits. */
  has(command: CommandId): boolean {
    return this.#wishes.has(command);
  }

  /** Something newer is asked of the same property, and the device is awake. */
  supersede({ node, body }: AdapterCommand): void {
    const property = body.kind === 'set' ? body.property : null;
    const older = this.all.find((wish) => wish.node === node && wish.property === property);
    if (older !== undefined) this.#finish(older, 'failed', SUPERSEDED);
  }

  /** The device is awake: it is sent now, and waits no more. */
  sent({ command }: Wish): void {
    if (this.#wishes.delete(command)) this.#tools.changed();
  }

  /** Whether it waited here. */
  cancel(command: CommandId): boolean {
    const wish = this.#wishes.get(command);
    if (wish !== undefined) this.#finish(wish, 'failed', TAKEN_BACK);
    return wish !== undefined;
  }

  /** The device does not belong to the home any more. */
  clear(): void {
    for (const wish of this.all) this.#finish(wish, 'failed', DEVICE_GONE);
  }

  #expire(): void {
    const now = Date.now();
    for (const wish of this.all) if (wish.untilMs <= now) this.#finish(wish, 'timedOut', SLEPT_ON);
  }

  /** Told once it is on the disk: what was given up must not come back after a crash. */
  #finish({ command }: Wish, state: 'failed' | 'timedOut', problem: Problem): void {
    this.#wishes.delete(command);
    this.#tools.changed();
    this.#tools.context.outcome(command, state, problem);
  }
}

/** What was kept; what is damaged of it is left out. */
export function readWishes(kept: unknown): readonly Wish[] {
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, WISHES_MAX).flatMap((one: unknown) => {
    try {
      return isJson(one) && isWhole(one) ? [wishOf(one)] : [];
    } catch {
      return [];
    }
  });
}

function isWhole({ command, askedAtMs, untilMs, cause, value }: Json): boolean {
  return (
    typeof command === 'string' &&
    typeof askedAtMs === 'number' &&
    typeof untilMs === 'number' &&
    isJson(cause) &&
    value !== undefined &&
    value !== null
  );
}

function wishOf(kept: Json): Wish {
  const wish = kept as unknown as Wish;
  return {
    ...wish,
    node: nodeAddress(wish.node) satisfies NodeAddress,
    property: parsePropertyKey(wish.property).key,
  };
}

function tooMany(): HubError {
  return new HubError('busy', `${WISHES_MAX} settings already wait for this device to wake`, {
    hint: 'Wait until it wakes by itself, or take back what waits.',
    zh: {
      message: `已有 ${WISHES_MAX} 项设置在等待这个设备唤醒`,
      hint: '请等它自己唤醒，或取消等待中的设置。',
    },
  });
}
