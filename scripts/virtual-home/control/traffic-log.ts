// What the nodes heard and said: an outside record of the air, for tests to hold the hub's own account against.
// A ring: the newest 100,000 records stay, older ones are counted as dropped.

import type { ZclFrame } from '../zcl/frame.ts';

export const RECORDS_MAX = 100_000;

/** One ZCL frame, or one thing that happened to a node. What was `sent` may still be lost on its way. */
export interface TrafficRecord {
  seq: number;
  /** Milliseconds since 1970. */
  time: number;
  kind: 'received' | 'sent' | 'joined' | 'left';
  ieee: string;
  endpoint: number;
  cluster: number;
  /** `global` commands are reads, writes, reports and the like; `specific` ones are the cluster's own. */
  scope: 'global' | 'specific' | 'network';
  command: number;
  transaction: number;
  manufacturerCode: number;
  group: number | undefined;
  /** Hexadecimal. */
  payload: string;
}

interface Entry {
  time: number;
  kind: TrafficRecord['kind'];
  ieee: string;
  endpoint: number;
  cluster: number;
  group: number | undefined;
  frame: ZclFrame | undefined;
}

/** The record. */
export class TrafficLog {
  readonly #entries: Entry[] = [];
  #next = 0;

  add(
    kind: TrafficRecord['kind'],
    ieee: string,
    where: { endpoint: number; cluster: number; group: number | undefined },
    frame: ZclFrame | undefined,
  ): void {
    this.#entries[this.#next % RECORDS_MAX] = { time: Date.now(), kind, ieee, ...where, frame };
    this.#next += 1;
  }

  /** The number of the next record: read from here to see only what is new. */
  get next(): number {
    return this.#next;
  }

  /** Records from number `since` on, oldest first, at most `limit`. `dropped` counts those no longer held. */
  read(options: {
    since: number;
    limit: number;
    ieee?: string | undefined;
    kind?: string | undefined;
  }): {
    records: TrafficRecord[];
    next: number;
    dropped: number;
  } {
    const oldest = Math.max(0, this.#next - RECORDS_MAX);
    const records: TrafficRecord[] = [];
    let seq = Math.max(options.since, oldest);
    for (; seq < this.#next && records.length < options.limit; seq++) {
      const entry = this.#entries[seq % RECORDS_MAX];
      if (entry === undefined) continue;
      if (options.ieee !== undefined && entry.ieee !== options.ieee) continue;
      if (options.kind !== undefined && entry.kind !== options.kind) continue;
      records.push(toRecord(seq, entry));
    }
    return { records, next: seq, dropped: Math.max(0, oldest - options.since) };
  }
}

function toRecord(seq: number, { frame, ...entry }: Entry): TrafficRecord {
  return {
    seq,
    ...entry,
    scope: frame === undefined ? 'network' : frame.isGlobal ? 'global' : 'specific',
    command: frame?.command ?? 0,
    transaction: frame?.sequence ?? 0,
    manufacturerCode: frame?.manufacturerCode ?? 0,
    payload: frame?.payload.toString('hex') ?? '',
  };
}
