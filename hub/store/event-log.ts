// The writer of history.db's log: entries wait in memory, then go to the disk as one packed row, with the traces and
// the names of new series in the same transaction. Keeps the newest value of each series for the next start.
import type { Statement } from 'better-sqlite3';
import type { DeviceId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';
import type { LastValue } from '../model/store-port.ts';
import { keepGap } from './gaps.ts';
import { type BatchChange, decodeBatch, encodeBatch, type OtherEntry } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import { packJson, unpackJson } from './packed.ts';
import { type PackedRun, packRun, RunStore } from './run-store.ts';
import type { SeriesName } from './sample.ts';

/** A row has at most this many entries. */
export const BATCH_ENTRIES_MAX = 2000;
/** More waiting entries than these: the oldest are dropped, and a gap entry says how many. */
export const PENDING_ENTRIES_MAX = 50_000;

/** An entry until its commit: of a run what is to be stored, which is made when it comes and not all at once later. */
type WaitingEntry =
  | Exclude<LogEntry, { kind: 'run' }>
  | { readonly kind: 'run'; readonly seq: number; readonly atMs: number; readonly run: PackedRun };

interface Series extends SeriesName {
  /** The newest value, once there is one. */
  last: { readonly value: PropertyValue; readonly atMs: number } | null;
}

interface Lost {
  readonly seq: number;
  readonly atMs: number;
  readonly count: number;
}

/** Reads the last values when it is made. */
export class EventLog {
  #database: OpenDatabase;
  #insertion: Insertion;
  #runs: RunStore;
  readonly #series = new Map<string, Series>();
  readonly #notes: string[] = [];
  #pending: WaitingEntry[] = [];
  #lost: Lost | null = null;
  #dropped = 0;
  #lastRow = 0;
  #lastSeq = 0;
  #newestAtMs = 0;
  #unrolledBytes = 0;
  #areValuesDue = false;
  /** When the home was last told to live, as it is to be written; null: that is on the disk. */
  #aliveDueMs: number | null = null;

  constructor(database: OpenDatabase) {
    this.#database = database;
    this.#insertion = prepareInsertion(database);
    this.#runs = new RunStore(database);
    this.#read();
  }

  /** The file that is written to at present. */
  get database(): OpenDatabase {
    return this.#database;
  }

  get pendingEntries(): number {
    return this.#pending.length;
  }

  /** Entries that were dropped since it was made, because the disk did not take them. */
  get droppedEntries(): number {
    return this.#dropped;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get newestAtMs(): number {
    return this.#newestAtMs;
  }

  /** The home lives: with the next commit, in the one row that there is of this. */
  alive(atMs: number): void {
    if (atMs > this.#newestAtMs) this.#aliveDueMs = Math.round(atMs);
  }

  /** Bytes of rows whose changes are not in series yet. */
  get unrolledBytes(): number {
    return this.#unrolledBytes;
  }

  /** The newest row of the log. */
  get lastRow(): number {
    return this.#lastRow;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  lastValues(): LastValue[] {
    const values: LastValue[] = [];
    for (const { device, property, last } of this.#series.values()) {
      if (last !== null) values.push({ device, property, value: last.value, atMs: last.atMs });
    }
    return values;
  }

  /** Takes entries for the next commit. @returns how many old ones had to be dropped for them */
  accept(entries: readonly LogEntry[]): number {
    for (const entry of entries) this.#pending.push(waiting(entry));
    const excess = this.#pending.length - PENDING_ENTRIES_MAX;
    if (excess <= 0) return 0;
    const [oldest] = this.#pending.splice(0, excess);
    if (oldest === undefined) return 0;
    const before = this.#lost ?? { seq: oldest.seq, atMs: oldest.atMs, count: 0 };
    this.#lost = { ...before, count: before.count + excess };
    this.#dropped += excess;
    return excess;
  }

  /** Writes all that waits in one transaction. When it throws, all still waits. @returns how many were written */
  commit(): number {
    const taken = this.#pending.length;
    const entries = this.#lost === null ? this.#pending : [toGap(this.#lost), ...this.#pending];
    const aliveMs = this.#aliveDueMs;
    if (entries.length === 0 && aliveMs === null) return 0;
    const added: Series[] = [];
    let bytes = 0;
    let row = this.#lastRow;
    const write = this.#database.transaction(() => {
      for (let from = 0; from < entries.length; from += BATCH_ENTRIES_MAX) {
        row += 1;
        bytes += this.#writeRow(row, entries.slice(from, from + BATCH_ENTRIES_MAX), added);
      }
      this.#runs.trim();
      if (aliveMs !== null) {
        this.#database
          .prepare('INSERT OR REPLACE INTO alive (id, at_ms) VALUES (1, ?)')
          .run(aliveMs);
      }
    });
    try {
      write.immediate();
    } catch (error) {
      for (const { device, property } of added) this.#series.delete(placeOf(device, property));
      this.#runs.recount();
      throw error;
    }
    this.#lastRow = row;
    this.#unrolledBytes += bytes;
    this.#lost = null;
    this.#pending = [];
    this.#aliveDueMs = null;
    this.#newestAtMs = Math.max(this.#newestAtMs, aliveMs ?? 0);
    for (const entry of entries) this.#remember(entry);
    return taken;
  }

  /** Writes the newest values, so that a start need not read the log for them. Nothing when none came since. */
  checkpointValues(): void {
    if (!this.#areValuesDue) return;
    this.#database.transaction(() => this.writeValues()).immediate();
  }

  /** As checkpointValues, within the caller's transaction and in any case. */
  writeValues(): void {
    const values: [number, PropertyValue, number][] = [];
    for (const { id, last } of this.#series.values()) {
      if (last !== null) values.push([id, last.value, last.atMs]);
    }
    this.#database
      .prepare('INSERT OR REPLACE INTO last_values (id, log, body) VALUES (1, ?, ?)')
      .run(this.#lastRow, packJson(values));
    this.#areValuesDue = false;
  }

  /** To be called when rows up to one were rolled into series. */
  rolled(): void {
    this.#unrolledBytes = this.#measureUnrolled();
  }

  /** Goes on in a fresh file after the old one was found damaged; what is known of last values goes along. */
  moveTo(database: OpenDatabase): void {
    const known = [...this.#series.values()];
    this.#database = database;
    this.#insertion = prepareInsertion(database);
    this.#runs = new RunStore(database);
    this.#series.clear();
    this.#lastRow = 0;
    this.#unrolledBytes = 0;
    database
      .transaction(() => {
        const added: Series[] = [];
        for (const { device, property, last } of known) {
          this.#seriesOf(device, property, added).last = last;
        }
        this.writeValues();
      })
      .immediate();
  }

  #writeRow(row: number, entries: readonly WaitingEntry[], added: Series[]): number {
    const changes: BatchChange[] = [];
    const others: OtherEntry[] = [];
    const runs = new Map<string, PackedRun>();
    let firstSeq = Number.MAX_SAFE_INTEGER;
    let lastSeq = 0;
    let lastAtMs = 0;
    for (const entry of entries) {
      firstSeq = Math.min(firstSeq, entry.seq);
      lastSeq = Math.max(lastSeq, entry.seq);
      lastAtMs = Math.max(lastAtMs, Math.round(entry.atMs));
      if (entry.kind === 'change') {
        const { device, property, cause } = entry;
        const isOwn = cause.kind === 'device' && cause.device === device;
        changes.push({
          series: this.#seriesOf(device, property, added).id,
          sample: {
            seq: entry.seq,
            atMs: Math.round(entry.atMs),
            value: entry.value,
            cause: isOwn ? null : cause,
          },
        });
      } else if (entry.kind === 'run') {
        runs.set(entry.run.id, entry.run);
      } else {
        others.push(entry);
        if (entry.kind === 'gap') keepGap(this.#database, entry);
      }
    }
    const body = encodeBatch({ changes, others });
    this.#insertion.run(row, firstSeq, lastSeq, lastAtMs, body);
    for (const run of runs.values()) this.#runs.put(run);
    return body.length;
  }

  #seriesOf(device: DeviceId, property: PropertyKey, added: Series[]): Series {
    const place = placeOf(device, property);
    const known = this.#series.get(place);
    if (known !== undefined) return known;
    const inserted = this.#database
      .prepare('INSERT INTO series (device, property, rolled_to) VALUES (?, ?, 0)')
      .run(device, property);
    const series: Series = { id: Number(inserted.lastInsertRowid), device, property, last: null };
    this.#series.set(place, series);
    added.push(series);
    return series;
  }

  #remember(entry: WaitingEntry): void {
    this.#lastSeq = Math.max(this.#lastSeq, entry.seq);
    this.#newestAtMs = Math.max(this.#newestAtMs, entry.atMs);
    if (entry.kind !== 'change') return;
    const series = this.#series.get(placeOf(entry.device, entry.property));
    if (series === undefined) return;
    series.last = { value: entry.value, atMs: Math.round(entry.atMs) };
    this.#areValuesDue = true;
  }

  #read(): void {
    const byId = new Map<number, Series>();
    const names = this.#database.prepare<[], SeriesName>('SELECT id, device, property FROM series');
    for (const name of names.iterate()) {
      const series: Series = { ...name, last: null };
      byId.set(name.id, series);
      this.#series.set(placeOf(name.device, name.property), series);
    }
    const after = this.#readValues(byId);
    const rows = this.#database.prepare<[number], { id: number; body: Uint8Array }>(
      'SELECT id, body FROM log WHERE id > ? AND kind = 0 ORDER BY id',
    );
    for (const row of rows.iterate(after)) {
      try {
        for (const { series, sample } of decodeBatch(row.body).changes) {
          const known = byId.get(series);
          if (known !== undefined) known.last = { value: sample.value, atMs: sample.atMs };
        }
      } catch {
        this.#notes.push(`history.db: row ${row.id} of the log is damaged and was left out`);
      }
    }
    const newest = this.#database
      .prepare<[], { id: number; seq: number | null; at: number | null }>(
        `SELECT coalesce(max(id), 0) AS id,
           (SELECT last_seq FROM log ORDER BY id DESC LIMIT 1) AS seq,
           max(coalesce((SELECT last_at_ms FROM log ORDER BY id DESC LIMIT 1), 0),
             coalesce((SELECT at_ms FROM alive), 0)) AS at FROM log`,
      )
      .get();
    this.#lastRow = newest?.id ?? 0;
    this.#lastSeq = newest?.seq ?? 0;
    this.#newestAtMs = newest?.at ?? 0;
    this.#unrolledBytes = this.#measureUnrolled();
  }

  /** @returns the row of the log from which on values are to be read */
  #readValues(byId: ReadonlyMap<number, Series>): number {
    const row = this.#database
      .prepare<[], { log: number; body: Uint8Array }>('SELECT log, body FROM last_values')
      .get();
    if (row === undefined) return 0;
    try {
      // Written by writeValues, and its checksum fits.
      for (const [id, value, atMs] of unpackJson(row.body) as [number, PropertyValue, number][]) {
        const known = byId.get(id);
        if (known !== undefined) known.last = { value, atMs };
      }
      return row.log;
    } catch {
      this.#notes.push(
        'history.db: the last values are damaged; those of the last hours are known',
      );
      return 0;
    }
  }

  #measureUnrolled(): number {
    const row = this.#database
      .prepare<[], { bytes: number | null }>(
        'SELECT sum(length(body)) AS bytes FROM log WHERE kind = 0',
      )
      .get();
    return row?.bytes ?? 0;
  }
}

type Insertion = Statement<[number, number, number, number, Uint8Array]>;

function prepareInsertion(database: OpenDatabase): Insertion {
  return database.prepare(
    'INSERT INTO log (id, kind, first_seq, last_seq, last_at_ms, body) VALUES (?, 0, ?, ?, ?, ?)',
  );
}

function placeOf(device: DeviceId, property: PropertyKey): string {
  return `${device}\u0000${property}`;
}

function waiting(entry: LogEntry): WaitingEntry {
  if (entry.kind !== 'run') return entry;
  return { kind: 'run', seq: entry.seq, atMs: entry.atMs, run: packRun(entry.trace) };
}

function toGap(lost: Lost): WaitingEntry {
  return {
    kind: 'gap',
    seq: lost.seq,
    atMs: lost.atMs,
    lost: lost.count,
    why: 'the disk did not take them in time',
  };
}
