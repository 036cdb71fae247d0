// The core's state is a handful of keyed tables. A table remembers which keys were touched since it was
// last drained, so a tick's snapshot costs what changed and not what there is.

/** One entry of one table as it is after a tick; `value` is undefined once the entry is gone. */
export interface Patch {
  readonly table: string;
  readonly key: string;
  readonly value: unknown;
}

/** A keyed table of immutable values. Entries are replaced, never changed in place. */
export class StateTable<Value> {
  readonly name: string;
  /** Whether its entries are journalled: they survive a power cut, not only a crash of the core. */
  readonly isDurable: boolean;
  readonly #entries = new Map<string, Value>();
  readonly #touched = new Set<string>();
  #edits = 0;

  constructor(name: string, options: { readonly isDurable: boolean }) {
    this.name = name;
    this.isDurable = options.isDurable;
  }

  /** Counts edits: whether something was changed since is seen by comparing. */
  get edits(): number {
    return this.#edits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  set(key: string, value: Value): void {
    this.#entries.set(key, value);
    this.#touched.add(key);
    this.#edits += 1;
  }

  delete(key: string): void {
    if (!this.#entries.delete(key)) return;
    this.#touched.add(key);
    this.#edits += 1;
  }

  /** Keys in canonical (sorted) order, so that a restored table is walked as the one that never stopped. */
  keys(): string[] {
    return [...this.#entries.keys()].sort();
  }

  /** Entries in canonical order. */
  entries(): [string, Value][] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Puts an entry back at start-up without marking it as touched. */
  restore(key: string, value: Value): void {
    this.#entries.set(key, value);
  }

  /** Adds the touched entries to `patches` in canonical order and forgets that they were touched. */
  drain(patches: Patch[]): void {
    if (this.#touched.size === 0) return;
    const keys = this.#touched.size === 1 ? this.#touched : [...this.#touched].sort();
    for (const key of keys) patches.push({ table: this.name, key, value: this.#entries.get(key) });
    this.#touched.clear();
  }
}
