// What waits for sleeping nodes to wake: one value for each property of a node, the newest, kept in a file of the
// adapter's own so that neither a restart nor a crash loses it. Sending it is in sleepers.ts.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { WaitingItem } from '../../../hub/model/adapter-port.ts';
import { HubError } from '../../../hub/model/errors.ts';
import { type CommandId, type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { parsePropertyKey } from '../../../hub/model/properties.ts';

/** What waits, as it is told to the hub and as it stands in the file. */
export type Wish = Omit<WaitingItem, 'kind'> & { readonly transitionMs?: number };

/** No device has more settings than a person changes while it sleeps. */
export const WISHES_OF_NODE_MAX = 16;
export const WISHES_MAX = 256;

const VERSION = 1;

export class WakeQueue {
  readonly #file: string;
  readonly #wishes = new Map<CommandId, Wish>();
  #writing: Promise<void> = Promise.resolve();
  #isWritePlanned = false;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Reads what was kept, once. A file that cannot be read is set aside.
   * @returns where the damaged file was put, or null
   */
  load(): string | null {
    if (!existsSync(this.#file)) return null;
    try {
      const { version, wishes } = JSON.parse(readFileSync(this.#file, 'utf8')) as {
        version: unknown;
        wishes: unknown;
      };
      if (version !== VERSION || !Array.isArray(wishes)) throw new Error('another form');
      for (const each of wishes.slice(0, WISHES_MAX)) {
        const wish = wishOf(each);
        this.#wishes.set(wish.command, wish);
      }
      return null;
    } catch {
      const aside = `${this.#file}.damaged`;
      renameSync(this.#file, aside);
      return aside;
    }
  }

  get all(): Wish[] {
    return [...this.#wishes.values()];
  }

  get(command: CommandId): Wish | undefined {
    return this.#wishes.get(command);
  }

  /** In the order in which they were asked for. */
  of(node: NodeAddress): Wish[] {
    return this.all.filter((wish) => wish.node === node);
  }

  /**
   * Adds one, in the place of an older one for the same property.
   * @returns the one that had to give way
   * @throws HubError `busy` when too many wait
   */
  put(wish: Wish): Wish | null {
    const own = this.of(wish.node);
    const older = own.find(({ property }) => property === wish.property) ?? null;
    if (older === null) {
      const isFull = own.length >= WISHES_OF_NODE_MAX || this.#wishes.size >= WISHES_MAX;
      if (isFull) throw tooMany(own.length);
    } else {
      this.#wishes.delete(older.command);
    }
    this.#wishes.set(wish.command, wish);
    void this.save();
    return older;
  }

  /** Whether it was there. */
  remove(command: CommandId): boolean {
    if (!this.#wishes.delete(command)) return false;
    void this.save();
    return true;
  }

  /** Resolves once all that was changed so far is on the disk; several changes go with one write. */
  save(): Promise<void> {
    if (this.#isWritePlanned) return this.#writing;
    this.#isWritePlanned = true;
    this.#writing = this.#writing
      .catch(() => {})
      .then(() => {
        this.#isWritePlanned = false;
        return this.#write();
      });
    // Whoever waits for it hears of a failure; nobody else has to.
    this.#writing.catch(() => {});
    return this.#writing;
  }

  async #write(): Promise<void> {
    const text = `${JSON.stringify({ version: VERSION, wishes: this.all })}\n`;
    const temporary = `${this.#file}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#file);
    const folder = await open(path.dirname(this.#file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** @throws for whatever is not of the form that `save` writes */
function wishOf(value: unknown): Wish {
  const wish = value as Wish;
  const isWhole =
    typeof wish.command === 'string' &&
    typeof wish.askedAtMs === 'number' &&
    typeof wish.untilMs === 'number' &&
    typeof wish.cause === 'object' &&
    wish.value !== undefined &&
    wish.value !== null;
  if (!isWhole) throw new Error('not a wish');
  return {
    ...wish,
    node: nodeAddress(wish.node),
    property: parsePropertyKey(wish.property).key,
  };
}

function tooMany(count: number): HubError {
  return new HubError('busy', `${count} settings already wait for this device to wake`, {
    hint: 'Wake it by pressing a button on it, or take back what waits.',
    zh: {
      message: `已有 ${count} 项设置在等待这个设备唤醒`,
      hint: '请按设备上的按键唤醒它，或取消等待中的设置。',
    },
  });
}
