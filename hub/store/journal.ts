// The journal of decisions in runs.db: records come numbered without a gap, wait a moment for each other, and go to
// the disk in one transaction. The tables that their patches make are kept in memory, so that a checkpoint can take
// the place of old records, and of records that could not be written for long.
import type { Statement } from 'better-sqlite3';
import { HubError } from '../model/errors.ts';
import type { JournalRecord } from '../model/journal.ts';
import type { Patch } from '../model/state-table.ts';
import { applyInboxChanges, type InboxChange, inboxChanges, NOTIFICATIONS_MAX } from './inbox.ts';
import { DamagedFileError, type OpenDatabase } from './open.ts';
import { packJson, unpackJson } from './packed.ts';

/** A checkpoint is written once the records since the last one have this many bytes, or are this many. */
export const CHECKPOINT_BYTES = 1024 * 1024;
export const CHECKPOINT_RECORDS = 10_000;
/** More waiting records than these are kept as what they made of the tables: the next commit is a checkpoint. */
export const PENDING_RECORDS_MAX = 10_000;
/** Entries in one row of a checkpoint. */
const CHECKPOINT_PART_ENTRIES = 200;

/** A record as its row has it: an entry without a value is one that is gone. */
type PackedRecord = readonly [
  number: number,
  seq: number,
  atMs: number,
  kind: JournalRecord['kind'],
  patches: readonly (readonly [table: string, key: string, value?: unknown])[],
];

interface CheckpointHead {
  readonly lastSeq: number;
  readonly newestAtMs: number;
  readonly parts: number;
}

/** Reads what is on disk when it is made. @throws DamagedFileError when the checkpoint cannot be believed */
export class Journal {
  #database: OpenDatabase;
  #insertion: Insertion;
  readonly #tables = new Map<string, Patch>();
  readonly #notes: string[] = [];
  #pending: JournalRecord[] = [];
  #inbox: InboxChange[] = [];
  /** The newest record in the tables; what is durable may lag behind. */
  #last = 0;
  #durable = 0;
  #lastSeq = 0;
  #newestAtMs = 0;
  #isCheckpointDue = false;
  #recordsSince = 0;
  #bytesSince = 0;

  constructor(database: OpenDatabase) {
    this.#database = database;
    this.#insertion = prepareInsertion(database);
    this.#readCheckpoint();
    this.#readRecords();
    this.#durable = this.#last;
  }

  /** The newest record that was taken; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The newest record that is on the disk; 0 before the first. */
  get durable(): number {
    return this.#durable;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get newestAtMs(): number {
    return this.#newestAtMs;
  }

  get pendingRecords(): number {
    return this.#last - this.#durable;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0 || this.#inbox.length > 0 || this.#isCheckpointDue;
  }

  /** What was cut off while reading, in words. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** All entries of the durable tables, in canonical order. */
  entries(): Patch[] {
    return [...this.#tables]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, patch]) => patch);
  }

  /**
   * Takes records for the next commit. Ones that are known already are passed over: a core that died sends again.
   * @returns the number that should have come where one was left out, and from there on nothing was taken; else null
   */
  accept(records: readonly JournalRecord[]): number | null {
    for (const record of records) {
      if (record.number <= this.#last) continue;
      if (record.number !== this.#last + 1 && !this.#isEmpty()) {
        return this.#last + 1;
      }
      if (this.#isEmpty()) this.#durable = record.number - 1;
      this.#apply(record);
      this.#pending.push(record);
      this.#inbox.push(...inboxChanges(record));
    }
    if (this.#pending.length > PENDING_RECORDS_MAX) {
      this.#pending = [];
      this.#isCheckpointDue = true;
    }
    // The table keeps no more than these, so older ones need not wait either.
    const excess = this.#inbox.length - 2 * NOTIFICATIONS_MAX;
    if (excess > 0) this.#inbox.splice(0, excess);
    return null;
  }

  /** Takes the tables whole, as they are after a record, when the records up to it are not to be had. */
  acceptTables(tables: {
    readonly last: number;
    readonly seq: number;
    readonly atMs: number;
    readonly entries: readonly Patch[];
  }): void {
    this.#tables.clear();
    for (const patch of tables.entries) this.#put(patch.table, patch.key, patch.value);
    this.#last = tables.last;
    this.#durable = Math.min(this.#durable, tables.last - 1);
    this.#lastSeq = Math.max(this.#lastSeq, tables.seq);
    this.#newestAtMs = Math.max(this.#newestAtMs, tables.atMs);
    this.#pending = [];
    this.#isCheckpointDue = true;
  }

  /** Writes what waits in one transaction. When it throws, all still waits. */
  commit(): void {
    if (!this.hasPending) return;
    const isCheckpoint =
      this.#isCheckpointDue ||
      this.#bytesSince > CHECKPOINT_BYTES ||
      this.#recordsSince + this.#pending.length > CHECKPOINT_RECORDS;
    let bytes = 0;
    const write = this.#database.transaction(() => {
      if (isCheckpoint) this.#writeCheckpoint();
      else bytes = this.#writeRecords();
      applyInboxChanges(this.#database, this.#inbox);
    });
    write.immediate();
    this.#bytesSince = isCheckpoint ? 0 : this.#bytesSince + bytes;
    this.#recordsSince = isCheckpoint ? 0 : this.#recordsSince + this.#pending.length;
    this.#isCheckpointDue = false;
    this.#pending = [];
    this.#inbox = [];
    this.#durable = this.#last;
  }

  /** Goes on in a fresh file after the old one was found damaged: the next commit writes the tables whole. */
  moveTo(database: OpenDatabase): void {
    this.#database = database;
    this.#insertion = prepareInsertion(database);
    this.#isCheckpointDue = true;
  }

  #isEmpty(): boolean {
    return this.#last === 0;
  }

  #apply(record: JournalRecord): void {
    for (const patch of record.patches) this.#put(patch.table, patch.key, patch.value);
    this.#last = record.number;
    this.#lastSeq = Math.max(this.#lastSeq, record.seq);
    this.#newestAtMs = Math.max(this.#newestAtMs, record.atMs);
  }

  #put(table: string, key: string, value: unknown): void {
    const place = `${table}\u0000${key}`;
    if (value === undefined) this.#tables.delete(place);
    else this.#tables.set(place, { table, key, value });
  }

  #writeRecords(): number {
    const first = this.#pending[0];
    if (first === undefined) return 0;
    const body = packJson(this.#pending.map(packRecord));
    this.#insertion.run(first.number, this.#last, body);
    return body.length;
  }

  #writeCheckpoint(): void {
    const entries = this.entries();
    const parts: unknown[][] = [];
    for (let from = 0; from < entries.length; from += CHECKPOINT_PART_ENTRIES) {
      const part = entries.slice(from, from + CHECKPOINT_PART_ENTRIES);
      parts.push(part.map((patch) => [patch.table, patch.key, patch.value]));
    }
    const head: CheckpointHead = {
      lastSeq: this.#lastSeq,
      newestAtMs: this.#newestAtMs,
      parts: parts.length,
    };
    this.#database.exec('DELETE FROM journal; DELETE FROM checkpoint;');
    const insert = this.#database.prepare(
      'INSERT INTO checkpoint (part, last, body) VALUES (?, ?, ?)',
    );
    for (const [part, value] of [head, ...parts].entries()) {
      insert.run(part, this.#last, packJson(value));
    }
  }

  #readCheckpoint(): void {
    const rows = this.#database
      .prepare<[], { last: number; body: Uint8Array }>(
        'SELECT last, body FROM checkpoint ORDER BY part',
      )
      .all();
    const [first, ...rest] = rows;
    if (first === undefined) return;
    try {
      // Written by #writeCheckpoint, and its checksum fits.
      const head = unpackJson(first.body) as CheckpointHead;
      if (head.parts !== rest.length || rest.some((row) => row.last !== first.last)) {
        throw new HubError('storage', 'A part of the checkpoint is missing');
      }
      for (const row of rest) {
        for (const [table, key, value] of unpackJson(row.body) as [string, string, unknown][]) {
          this.#put(table, key, value);
        }
      }
      this.#last = first.last;
      this.#lastSeq = head.lastSeq;
      this.#newestAtMs = head.newestAtMs;
    } catch (error) {
      throw new DamagedFileError('runs.db', 'its checkpoint cannot be read', error);
    }
  }

  /** Applies whole records up to the first that is not; what follows that one is cut off and noted. */
  #readRecords(): void {
    const rows = this.#database
      .prepare<[], { first: number; last: number; body: Uint8Array }>(
        'SELECT first, last, body FROM journal ORDER BY first',
      )
      .all();
    for (const row of rows) {
      const records = this.#isEmpty() || row.first === this.#last + 1 ? readRow(row) : null;
      if (records === null) {
        this.#cut(row.first, rows.at(-1)?.last ?? row.last);
        return;
      }
      for (const record of records) this.#apply(record);
      this.#recordsSince += records.length;
      this.#bytesSince += row.body.length;
    }
  }

  #cut(from: number, to: number): void {
    this.#database.prepare('DELETE FROM journal WHERE first >= ?').run(from);
    this.#notes.push(
      `runs.db: the journal was damaged at record ${from}; ${to - from + 1} records from there on were cut off`,
    );
  }
}

type Insertion = Statement<[number, number, Uint8Array]>;

function prepareInsertion(database: OpenDatabase): Insertion {
  return database.prepare('INSERT INTO journal (first, last, body) VALUES (?, ?, ?)');
}

function packRecord(record: JournalRecord): PackedRecord {
  const patches = record.patches.map((patch): [string, string, unknown?] =>
    patch.value === undefined ? [patch.table, patch.key] : [patch.table, patch.key, patch.value],
  );
  return [record.number, record.seq, record.atMs, record.kind, patches];
}

/** The records of a row; null when the row is not whole. */
function readRow(row: { first: number; last: number; body: Uint8Array }): JournalRecord[] | null {
  let packed: readonly PackedRecord[];
  try {
    // Written by #writeRecords, and its checksum fits.
    packed = unpackJson(row.body) as readonly PackedRecord[];
  } catch {
    return null;
  }
  const records = packed.map(([number, seq, atMs, kind, patches]): JournalRecord => {
    return {
      number,
      seq,
      atMs,
      kind,
      patches: patches.map(([table, key, value]) => ({ table, key, value })),
    };
  });
  const isWhole = records.every((record, index) => record.number === row.first + index);
  return isWhole && records.at(-1)?.number === row.last ? records : null;
}
