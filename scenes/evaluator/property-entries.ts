// The entries of one property, sorted so that a change finds those that it can concern: by the exact value that they
// wait for, by threshold, and the rest. Thousands of scenes on one thermometer cost what the change crosses.
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { IndexEntry } from './entries.ts';

type Crossing = Extract<IndexEntry, { kind: 'crosses' }>;

/** Entries by a number, sorted when they are first asked for. */
class Sorted {
  #entries: { readonly at: number; readonly entry: Crossing }[] = [];
  #isSorted = true;

  add(at: number, entry: Crossing): void {
    this.#entries.push({ at, entry });
    this.#isSorted = false;
  }

  remove(scene: SceneId): void {
    this.#entries = this.#entries.filter(({ entry }) => entry.scene !== scene);
  }

  /** Adds the entries from `from`, with it or without, up to `to`, without it or with. */
  between(from: number, to: number, withTo: boolean, found: IndexEntry[]): void {
    if (!this.#isSorted) {
      this.#entries.sort((a, b) => a.at - b.at);
      this.#isSorted = true;
    }
    for (let index = this.#first(from, withTo); index < this.#entries.length; index++) {
      const { at, entry } = this.#entries[index] ?? { at: Number.POSITIVE_INFINITY };
      if (entry === undefined || at > to || (at === to && !withTo)) return;
      found.push(entry);
    }
  }

  /** The first place at or behind `from`; behind it where the other end counts. */
  #first(from: number, isBehind: boolean): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#entries[middle]?.at ?? 0;
      if (at < from || (isBehind && at === from)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class PropertyEntries {
  /** All of them, in order. */
  readonly all: IndexEntry[] = [];
  readonly #byValue = new Map<PropertyValue, IndexEntry[]>();
  readonly #rest: IndexEntry[] = [];
  readonly #crossings: IndexEntry[] = [];
  /** By the threshold, and by the number at which it has come back. */
  readonly #rising = new Sorted();
  readonly #falling = new Sorted();
  readonly #backFromAbove = new Sorted();
  readonly #backFromBelow = new Sorted();

  add(entry: IndexEntry): void {
    insert(this.all, entry);
    if (entry.kind === 'becomes' && entry.exact !== null) {
      for (const value of entry.exact) this.#insertByValue(value, entry);
    } else if (entry.kind === 'presses') {
      for (const value of entry.values) this.#insertByValue(value, entry);
    } else if (entry.kind === 'crosses' && entry.crossing.other === null) {
      this.#addCrossing(entry);
    } else {
      insert(this.#rest, entry);
    }
  }

  #insertByValue(value: PropertyValue, entry: IndexEntry): void {
    const known = this.#byValue.get(value);
    if (known) insert(known, entry);
    else this.#byValue.set(value, [entry]);
  }

  #addCrossing(entry: Crossing): void {
    const { direction, threshold, hysteresis } = entry.crossing;
    insert(this.#crossings, entry);
    const isUp = direction === 'above';
    (isUp ? this.#rising : this.#falling).add(threshold, entry);
    if (hysteresis === 0) return;
    if (isUp) this.#backFromAbove.add(threshold - hysteresis, entry);
    else this.#backFromBelow.add(threshold + hysteresis, entry);
  }

  remove(scene: SceneId): void {
    removeFrom(this.all, scene);
    removeFrom(this.#rest, scene);
    removeFrom(this.#crossings, scene);
    for (const [value, entries] of this.#byValue) {
      removeFrom(entries, scene);
      if (entries.length === 0) this.#byValue.delete(value);
    }
    for (const sorted of [this.#rising, this.#falling, this.#backFromAbove, this.#backFromBelow]) {
      sorted.remove(scene);
    }
  }

  /** Those that a change from `previous` can concern, in order. */
  concerned(value: PropertyValue, previous: PropertyValue | null): readonly IndexEntry[] {
    const exact = this.#byValue.get(value);
    const crossed = this.#crossedBy(value, previous);
    if (exact === undefined && crossed === null) return this.#rest;
    if (this.#rest.length === 0 && crossed === null && exact) return exact;
    return [...this.#rest, ...(exact ?? []), ...(crossed ?? [])].sort(inOrder);
  }

  #crossedBy(value: PropertyValue, previous: PropertyValue | null): readonly IndexEntry[] | null {
    if (this.#crossings.length === 0 || typeof value !== 'number') return null;
    if (typeof previous !== 'number') return this.#crossings;
    const found: IndexEntry[] = [];
    if (value > previous) {
      this.#rising.between(previous, value, false, found);
      this.#backFromBelow.between(previous, value, true, found);
    } else if (value < previous) {
      this.#falling.between(value, previous, true, found);
      this.#backFromAbove.between(value, previous, false, found);
    }
    return found.length === 0 ? null : found;
  }
}

function insert(entries: IndexEntry[], entry: IndexEntry): void {
  // Scenes mostly come in order, so the place is looked for from the end.
  let at = entries.length;
  for (
    let before = entries[at - 1];
    before && inOrder(before, entry) > 0;
    before = entries[at - 1]
  ) {
    at -= 1;
  }
  entries.splice(at, 0, entry);
}

function removeFrom(entries: IndexEntry[], scene: SceneId): void {
  let kept = 0;
  for (const entry of entries) {
    if (entry.scene === scene) continue;
    entries[kept] = entry;
    kept += 1;
  }
  entries.length = kept;
}

/**
 * By priority, the highest first, scene and trigger; parts of a sequence from the last, so that one event takes each
 * but one step on.
 */
export function inOrder(a: IndexEntry, b: IndexEntry): number {
  const { priority = 0 } = a;
  const { priority: other = 0 } = b;
  if (priority !== other) return other - priority;
  if (a.scene !== b.scene) return a.scene < b.scene ? -1 : 1;
  return a.trigger - b.trigger || (b.part ?? 0) - (a.part ?? 0) || a.item - b.item;
}
