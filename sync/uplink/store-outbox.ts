// outbox.db: sealed batches until the receiver has them, their numbers, acknowledgements and cursors. SQL for the
// uplink stands here alone; what to do with it is the uplink's business.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Deadline } from '../../hub/model/clock.ts';
import { HubError } from '../../hub/model/errors.ts';
import type { SyncCategory } from '../../hub/model/sync-port.ts';
import { GAP, STREAMS, type Stream } from '../protocol/records.ts';
import type { Sealed } from './seal.ts';

export const OUTBOX_NAME = 'outbox.db';
/** What waits for the receiver; with what is kept after its acknowledgement and SQLite's own, 64 MB on disk. */
export const WAITING_BYTES_MAX = 44 * 1024 * 1024;
const ACKED_BYTES_MAX = 16 * 1024 * 1024;
const ACKED_KEPT_MS = 7 * 86_400_000;
/** Lines about batches whose bodies are gone: what the household sees of years past. */
const LINES_MAX = 100_000;

/**
 * waiting: to be sent · acked: the receiver has it · released: it had it, and it is never to be sent again · aside: it
 * could not read it · withdrawn: it may have left, and another stands in its place.
 */
export type BatchState = 'waiting' | 'acked' | 'released' | 'aside' | 'withdrawn';

export interface StoredBatch {
  readonly id: number;
  readonly epoch: string;
  readonly stream: Stream;
  readonly first: number;
  readonly last: number;
  readonly schema: number;
  readonly category: SyncCategory | null;
  readonly rows: number;
  readonly state: BatchState;
  readonly attempts: number;
  readonly sent_at_ms: number | null;
  readonly acked_at_ms: number | null;
  readonly consent_by: string | null;
  readonly consented_at_ms: number | null;
  readonly envelope: string;
  readonly signature: string;
  readonly body: Uint8Array | null;
}

export interface BatchNotes {
  readonly category: SyncCategory | null;
  readonly by: string | null;
  readonly consentedAtMs: number | null;
}

/** Up to where a category was sealed: wall time, and a place in the hub's log. */
export interface Cursor {
  readonly untilMs: number;
  readonly mark: number | null;
}

const MIGRATIONS = [
  `
  CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE streams (
    stream INTEGER PRIMARY KEY, next INTEGER NOT NULL, failures INTEGER NOT NULL, retry_at TEXT
  ) STRICT;
  -- mark: how far the hub's own log was read.
  CREATE TABLE cursors (
    category TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, mark INTEGER
  ) STRICT;
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, stream INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, schema INTEGER NOT NULL, category TEXT,
    rows INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    sent_at_ms INTEGER, acked_at_ms INTEGER, consent_by TEXT, consented_at_ms INTEGER,
    envelope TEXT NOT NULL, signature TEXT NOT NULL, body BLOB
  ) STRICT;
  CREATE INDEX batches_by_state ON batches (state, stream, first);
  `,
] as const;

export interface OpenOutbox {
  readonly outbox: Outbox;
  /** The file came from elsewhere: its numbers may have been used after it was copied. */
  readonly isRestored: boolean;
}

/** Opens the file; a damaged one is set aside and a fresh one begun, which gives a new epoch. @throws HubError */
export function openOutbox(folder: string): OpenOutbox {
  const file = path.join(folder, OUTBOX_NAME);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return openFile(file);
  } catch (error) {
    const code = error instanceof Database.SqliteError ? error.code : '';
    if (!code.startsWith('SQLITE_CORRUPT') && code !== 'SQLITE_NOTADB') throw storageError(error);
    fs.renameSync(file, `${file}.damaged`);
    for (const suffix of ['-wal', '-shm']) fs.rmSync(file + suffix, { force: true });
    return openFile(file);
  }
}

function storageError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new HubError('storage', `${OUTBOX_NAME}: ${text}`, {
    hint: 'Check the disk of the hub.',
    cause: error,
  });
}

function openFile(file: string): OpenOutbox {
  if (!fs.existsSync(file)) fs.closeSync(fs.openSync(file, 'wx', 0o600));
  const database = new Database(file, { timeout: 5_000 });
  try {
    database.pragma('journal_mode = WAL');
    // A number that was given once must never be given again, not even after a power cut.
    database.pragma('synchronous = FULL');
    database.pragma('trusted_schema = OFF');
    database.pragma('cache_size = -1000');
    database.pragma('journal_size_limit = 4194304');
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const outbox = new Outbox(database);
  // A copied file has another inode, whatever else is in it.
  const identity = String(fs.statSync(file).ino);
  const known = outbox.note('file');
  if (known !== identity) outbox.setNote('file', identity);
  if (outbox.note('epoch') === null) outbox.setNote('epoch', newEpoch());
  return { outbox, isRestored: known !== null && known !== identity };
}

const newEpoch = () => randomBytes(8).toString('hex');

function migrate(database: Database.Database): void {
  const from = Number(database.pragma('user_version', { simple: true }));
  if (from > MIGRATIONS.length) {
    throw new HubError('storage', `${OUTBOX_NAME} was written by a newer Ingle`);
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < from) continue;
    const step = database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}

export class Outbox {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** All that `work` does is on the disk when this returns, or none of it. */
  inOne<Result>(work: () => Result): Result {
    return this.#database.transaction(work).immediate();
  }

  close(): void {
    this.#database.close();
  }

  note(name: string): string | null {
    const row = this.#database
      .prepare<[string], { value: string }>('SELECT value FROM notes WHERE name = ?')
      .get(name);
    return row?.value ?? null;
  }

  setNote(name: string, value: string): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)')
      .run(name, value);
  }

  get epoch(): string {
    return this.note('epoch') ?? '';
  }

  /** The number that the next row of a stream gets. */
  next(stream: Stream): number {
    const row = this.#database
      .prepare<[number], { next: number }>('SELECT next FROM streams WHERE stream = ?')
      .get(stream);
    return row?.next ?? 1;
  }

  /** Appends what was sealed from `next` on. */
  append(sealed: readonly Sealed[], notes: BatchNotes): void {
    for (const batch of sealed) this.#insert(batch, notes);
    const last = sealed.at(-1);
    if (last === undefined) return;
    this.#database
      .prepare(
        `INSERT INTO streams (stream, next, failures) VALUES (?, ?, 0)
         ON CONFLICT DO UPDATE SET next = excluded.next`,
      )
      .run(last.stream, last.last + 1);
  }

  #insert(batch: Sealed, { category, by, consentedAtMs }: BatchNotes): void {
    this.#database
      .prepare(
        `INSERT INTO batches (epoch, stream, first, last, schema, category, rows, state, attempts,
           consent_by, consented_at_ms, envelope, signature, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[this.epoch, batch.stream, batch.first, batch.last, batch.schema, category, batch.rows],
        ...[by, consentedAtMs, batch.envelope, batch.signature, batch.body],
      );
  }

  /** What replaces a batch has its numbers; what was perhaps sent stays as a line, its body only when it is `aside`. */
  replace(
    old: StoredBatch,
    state: 'aside' | 'withdrawn',
    sealed: readonly Sealed[],
    notes: BatchNotes,
  ): void {
    if (old.attempts === 0) {
      this.#database.prepare('DELETE FROM batches WHERE id = ?').run(old.id);
    } else {
      this.#database
        .prepare(
          `UPDATE batches SET state = ?, body = CASE WHEN ? = 'aside' THEN body END WHERE id = ?`,
        )
        .run(state, state, old.id);
    }
    for (const batch of sealed) this.#insert(batch, notes);
  }

  /** The oldest batch of a stream that the receiver does not have. */
  oldest(stream: Stream): StoredBatch | null {
    return this.#one(`state = 'waiting' AND stream = ? ORDER BY first LIMIT 1`, stream);
  }

  /** Waiting batches of a category that hold rows and not a gap, oldest first. */
  waitingOf(category: SyncCategory, limit: number): StoredBatch[] {
    return this.#some(
      `state = 'waiting' AND category = ? AND schema <> ${GAP.schema} ORDER BY first LIMIT ?`,
      ...[category, limit],
    );
  }

  /** What the receiver had of a category is not sent to it again, whatever it loses. */
  release(category: SyncCategory): void {
    this.#database
      .prepare(`UPDATE batches SET state = 'released' WHERE state = 'acked' AND category = ?`)
      .run(category);
  }

  waiting(stream: Stream): StoredBatch[] {
    return this.#some(`state = 'waiting' AND stream = ? ORDER BY first`, stream);
  }

  markSent(id: number, atMs: number): void {
    this.#database
      .prepare('UPDATE batches SET attempts = attempts + 1, sent_at_ms = ? WHERE id = ?')
      .run(Math.round(atMs), id);
  }

  /** All batches of the present epoch up to this number are at the receiver. @returns false when this hub never gave that number */
  acknowledge(stream: Stream, upTo: number, atMs: number): boolean {
    if (upTo >= this.next(stream)) return false;
    this.#database
      .prepare(
        `UPDATE batches SET state = 'acked', acked_at_ms = ?
         WHERE state = 'waiting' AND epoch = ? AND stream = ? AND last <= ?`,
      )
      .run(Math.round(atMs), this.epoch, stream, upTo);
    return true;
  }

  /**
   * The receiver lost what it had from `from` on: what is still here is to be sent again.
   * @returns the first number that is still here; null when none is, or when a batch straddles `from`
   */
  rewind(stream: Stream, from: number): number | null {
    this.#database
      .prepare(
        `UPDATE batches SET state = 'waiting', acked_at_ms = NULL
         WHERE state = 'acked' AND epoch = ? AND stream = ? AND first >= ? AND body IS NOT NULL`,
      )
      .run(this.epoch, stream, from);
    return this.oldest(stream)?.first ?? null;
  }

  /** A gap before all that waits, for numbers that are no longer here. */
  insertBefore(gap: Sealed, notes: BatchNotes): void {
    this.#insert(gap, notes);
  }

  /** Gives all streams new numbers under a new name. @returns how many rows waited, by stream */
  beginEpoch(): Map<Stream, number> {
    const lost = new Map<Stream, number>();
    for (const stream of STREAMS) {
      const rows = this.waiting(stream).reduce((sum, batch) => sum + batch.rows, 0);
      if (rows > 0) lost.set(stream, rows);
    }
    this.#database.exec(
      `DELETE FROM batches WHERE state = 'waiting' AND attempts = 0;
       UPDATE batches SET state = 'withdrawn', body = NULL WHERE state = 'waiting';
       DELETE FROM streams; DELETE FROM cursors;`,
    );
    this.setNote('epoch', newEpoch());
    return lost;
  }

  cursor(category: SyncCategory): Cursor | null {
    const row = this.#database
      .prepare<[string], { until_ms: number; mark: number | null }>(
        'SELECT until_ms, mark FROM cursors WHERE category = ?',
      )
      .get(category);
    return row === undefined ? null : { untilMs: row.until_ms, mark: row.mark };
  }

  /** Null forgets it: a category that is consented to again begins from there. */
  setCursor(category: SyncCategory, cursor: Cursor | null): void {
    if (cursor === null) {
      this.#database.prepare('DELETE FROM cursors WHERE category = ?').run(category);
      return;
    }
    this.#database
      .prepare('INSERT OR REPLACE INTO cursors (category, until_ms, mark) VALUES (?, ?, ?)')
      .run(category, Math.round(cursor.untilMs), cursor.mark);
  }

  /** Failures in a row and until when to wait; kept over restarts, so that a crashing hub does not hammer. */
  pause(stream: Stream): { readonly failures: number; readonly until: Deadline | null } {
    const row = this.#database
      .prepare<[number], { failures: number; retry_at: string | null }>(
        'SELECT failures, retry_at FROM streams WHERE stream = ?',
      )
      .get(stream);
    // Written by setPause.
    const until = row?.retry_at ? (JSON.parse(row.retry_at) as Deadline) : null;
    return { failures: row?.failures ?? 0, until };
  }

  setPause(stream: Stream, failures: number, until: Deadline | null): void {
    this.#database
      .prepare('UPDATE streams SET failures = ?, retry_at = ? WHERE stream = ?')
      .run(failures, until === null ? null : JSON.stringify(until), stream);
  }

  /** Lets go of what was acknowledged long ago or is too much; lines about it stay. */
  letGo(nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE batches SET body = NULL WHERE state IN ('acked', 'released', 'aside') AND body IS NOT NULL
         AND (coalesce(acked_at_ms, sent_at_ms) < ? OR id <= coalesce((
           SELECT id FROM (
             SELECT id, sum(length(body)) OVER (ORDER BY id DESC) AS total FROM batches
             WHERE state IN ('acked', 'released', 'aside') AND body IS NOT NULL
           ) WHERE total > ? ORDER BY id DESC LIMIT 1), 0))`,
      )
      .run(Math.round(nowMs - ACKED_KEPT_MS), ACKED_BYTES_MAX);
    this.#database
      .prepare(
        `DELETE FROM batches WHERE body IS NULL AND id <= (SELECT max(id) FROM batches) - ${LINES_MAX}`,
      )
      .run();
  }

  queue(): { batches: number; rows: number; bytes: number } {
    return this.#sum(`state = 'waiting'`);
  }

  sent(): { batches: number; rows: number; bytes: number } {
    return this.#sum(`state IN ('acked', 'released') AND schema <> ${GAP.schema}`);
  }

  setAside(): number {
    return this.#sum(`state = 'aside'`).batches;
  }

  lastAckAtMs(): number | null {
    const row = this.#database
      .prepare<[], { at: number | null }>('SELECT max(acked_at_ms) AS at FROM batches')
      .get();
    return row?.at ?? null;
  }

  /** Batches that left or may have left, newest first, from `id` on. */
  left(fromId: number, limit: number): StoredBatch[] {
    return this.#some('attempts > 0 AND id <= ? ORDER BY id DESC LIMIT ?', fromId, limit);
  }

  #sum(where: string): { batches: number; rows: number; bytes: number } {
    const row = this.#database
      .prepare<[], { batches: number; rows: number; bytes: number }>(
        `SELECT count(*) AS batches, coalesce(sum(rows), 0) AS rows,
           coalesce(sum(length(body)), 0) AS bytes FROM batches WHERE ${where}`,
      )
      .get();
    return row ?? { batches: 0, rows: 0, bytes: 0 };
  }

  #one(where: string, ...values: unknown[]): StoredBatch | null {
    return this.#some(where, ...values)[0] ?? null;
  }

  #some(where: string, ...values: unknown[]): StoredBatch[] {
    return this.#database
      .prepare<unknown[], StoredBatch>(`SELECT * FROM batches WHERE ${where}`)
      .all(...values);
  }
}
