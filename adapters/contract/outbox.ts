// What an adapter has told and the core has not yet acknowledged: numbered batches, one a tick, kept in bounds
// by forgetting what a newer item has made worthless.
import type { AdapterItem, AdapterToCore } from '../../hub/model/adapter-port.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';

/** Items kept at most while no core acknowledges. */
export const ITEMS_MAX = 10_000;
/** Left after forgetting, so that the work of it is spread over many items. */
const ITEMS_AFTER_COMPACTION = 8_000;
/** A momentary event older than this must not act any more. */
export const EVENT_AGE_MAX_MS = 10_000;
/** Items of one batch at most, so that a batch stays far below a socket's line limit. */
const BATCH_ITEMS_MAX = 500;

interface Batch {
  readonly number: number;
  items: AdapterItem[];
}

/** How many items were forgotten, by kind of reason. */
export interface Forgotten {
  readonly superseded: number;
  readonly staleEvents: number;
  readonly overflow: number;
}

const NOTHING: Forgotten = { superseded: 0, staleEvents: 0, overflow: 0 };

/** The queue between an adapter and the core. Not sent, or sent and not acknowledged: both stay here. */
export class Outbox {
  readonly #host: string;
  #batches: Batch[] = [];
  #open: AdapterItem[] = [];
  #size = 0;
  #lastNumber = 0;

  /** @param host names this life of the adapter host. */
  constructor(host: string) {
    this.#host = host;
  }

  /** Items kept, sent or not. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item to the tick's batch; when there are too many, forgets and says what. */
  add(item: AdapterItem, nowMonoMs: number): Forgotten {
    this.#open.push(item);
    this.#size += 1;
    return this.#size > ITEMS_MAX ? this.#compact(nowMonoMs) : NOTHING;
  }

  /** Numbers what came since the last call; at most 500 items a message. Empty when nothing came. */
  close(): AdapterToCore[] {
    const closed: AdapterToCore[] = [];
    for (let at = 0; at < this.#open.length; at += BATCH_ITEMS_MAX) {
      this.#lastNumber += 1;
      const batch = {
        number: this.#lastNumber,
        items: this.#open.slice(at, at + BATCH_ITEMS_MAX),
      };
      this.#batches.push(batch);
      closed.push(this.#message(batch));
    }
    this.#open = [];
    return closed;
  }

  /** The core has taken all batches up to this number. Another host's acknowledgement changes nothing. */
  taken(host: string, upTo: number): void {
    if (host !== this.#host) return;
    let index = 0;
    for (const batch of this.#batches) {
      if (batch.number > upTo) break;
      this.#size -= batch.items.length;
      index += 1;
    }
    if (index > 0) this.#batches.splice(0, index);
  }

  /** All numbered batches again, for a new core, without events that have become stale. */
  resend(nowMonoMs: number): { readonly messages: AdapterToCore[]; readonly staleEvents: number } {
    const staleEvents = this.#dropStaleEvents(nowMonoMs);
    return { messages: this.#batches.map((batch) => this.#message(batch)), staleEvents };
  }

  #message(batch: Batch): AdapterToCore {
    return { kind: 'batch', host: this.#host, number: batch.number, items: batch.items };
  }

  #dropStaleEvents(nowMonoMs: number): number {
    return this.#filter(
      (item) => !('monoMs' in item) || nowMonoMs - item.monoMs <= EVENT_AGE_MAX_MS,
    );
  }

  // Batches keep their numbers: a core that has taken one already knows it by its number.
  #compact(nowMonoMs: number): Forgotten {
    const staleEvents = this.#dropStaleEvents(nowMonoMs);
    const superseded = this.#dropSuperseded();
    let surplus = this.#size > ITEMS_MAX ? this.#size - ITEMS_AFTER_COMPACTION : 0;
    const overflow = surplus;
    if (surplus > 0) {
      this.#filter((item) => {
        if (surplus === 0 || item.kind === 'availability') return true;
        surplus -= 1;
        return false;
      });
    }
    return { superseded, staleEvents, overflow: overflow - surplus };
  }

  #filter(keep: (item: AdapterItem) => boolean): number {
    const before = this.#size;
    for (const batch of this.#batches) batch.items = batch.items.filter(keep);
    this.#batches = this.#batches.filter((batch) => batch.items.length > 0);
    this.#open = this.#open.filter(keep);
    this.#size = this.#batches.reduce((sum, batch) => sum + batch.items.length, this.#open.length);
    return before - this.#size;
  }

  /** Walks from the newest item to the oldest and keeps of each property, node and command the newest. */
  #dropSuperseded(): number {
    const seen = new Set<string>();
    const isNew = (key: string): boolean => {
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    };
    const before = this.#size;
    const kept = (items: readonly AdapterItem[]): AdapterItem[] => {
      const result: AdapterItem[] = [];
      for (const item of items.toReversed()) {
        const slim = withoutSeen(item, isNew);
        if (slim !== null) result.push(slim);
      }
      return result.reverse();
    };
    this.#open = kept(this.#open);
    for (const batch of this.#batches.toReversed()) batch.items = kept(batch.items);
    this.#filter(() => true);
    return before - this.#size;
  }
}

function withoutSeen(item: AdapterItem, isNew: (key: string) => boolean): AdapterItem | null {
  switch (item.kind) {
    case 'event':
    case 'message':
      return item;
    case 'availability':
      return isNew(`availability ${item.node}`) ? item : null;
    case 'outcome':
      return isNew(`outcome ${item.command}`) ? item : null;
    case 'waiting':
      return isNew(`waiting ${item.command}`) ? item : null;
    case 'report': {
      const values: Record<PropertyKey, PropertyValue> = {};
      let count = 0;
      for (const [key, value] of Object.entries(item.values)) {
        if (!isNew(`report ${item.node} ${key}`)) continue;
        values[key as PropertyKey] = value;
        count += 1;
      }
      return count === 0 ? null : { ...item, values };
    }
  }
}
