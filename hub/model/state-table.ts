// The core's state is a handful of keyed tables. A table remembers which keys were touched since it was
// last drained, so a tick's snapshot costs what changed and not what there is.

/** One entry of one table as it is after a tick; `value` is undefined once the entry is gone. */
export interface Patch {
  readonly table: string;
  readonly key: string;
  readonly value: unknown;
}

/** How a table's entries survive. */
export interface Durability {
  /** Whether its entries are journalled: they survive a power cut, not only a crash of the core. */
  readonly isDurable: boolean;
  /** Its entries alone are no reason for a journal record: they go with the next one, or some seconds later. */
  readonly isPatient?: boolean;
}

/** A keyed table of immutable values. Entries are replaced, never changed in place. */
export class StateTable<Value> {
  readonly name: string;
  readonly isDurable: boolean;
  readonly isPatient: boolean;
  readonly #entries = new Map<string, Value>();
  readonly #touched = new Touched();
  readonly #unrecorded = new Touched();
  #edits = 0;

  constructor(name: string, { isDurable, isPatient = false }: Durability) {
    this.name = name;
    this.isDurable = isDurable;
    this.isPatient = isPatient;
  }

  /** Counts edits: whether something was changed since is seen by comparing. */
  get edits(): number {
    return this.#edits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is something for the journal's next record. */
  get isUnrecorded(): boolean {
    return this.#unrecorded.size > 0;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  set(key: string, value: Value): void {
    const isNew = !this.#entries.has(key);
    this.#entries.set(key, value);
    this.#touched.set(key, isNew);
    if (this.isDurable) this.#unrecorded.set(key, isNew);
    this.#edits += 1;
  }

  delete(key: string): void {
    if (!this.#entries.delete(key)) return;
    this.#touched.delete(key);
    if (this.isDurable) this.#unrecorded.delete(key);
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
    this.#take(this.#touched, patches);
  }

  /** As `drain`, for the journal, which is written less often than main is told. */
  record(patches: Patch[]): void {
    this.#take(this.#unrecorded, patches);
  }

  #take(touched: Touched, patches: Patch[]): void {
    for (const key of touched.take()) {
      patches.push({ table: this.name, key, value: this.#entries.get(key) });
    }
  }
}

/** The keys that were touched since somebody was last told. What came and went meanwhile is told to nobody. */
class Touched {
  /** Whether the key was not there when it was first touched. */
  readonly #keys = new Map<string, boolean>();

  get size(): number {
    return this.#keys.size;
  }

  set(key: string, isNew: boolean): void {
    if (!this.#keys.has(key)) this.#keys.set(key, isNew);
  }

  delete(key: string): void {
    if (this.#keys.get(key) === true) this.#keys.delete(key);
    else this.#keys.set(key, false);
  }

  /** The keys in canonical order; none is touched any more. */
  take(): Iterable<string> {
    if (this.#keys.size === 0) return [];
    const keys = [...this.#keys.keys()];
    this.#keys.clear();
    return keys.length === 1 ? keys : keys.sort();
  }
}
