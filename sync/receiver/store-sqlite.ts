// The receiver's store on SQLite: packed batches, cursors, keys. Enough for pilots; its limit is availability.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type Envelope, parseEnvelope } from '../protocol/envelope.ts';
import { type ConsentRow, categoryOfStream, GAP, type Stream } from '../protocol/records.ts';
import type {
  CheckedBatch,
  Counts,
  IngestResult,
  KnownHub,
  ReceiverStore,
} from './receiver-store.ts';

const MIGRATIONS = [
  `
  CREATE TABLE hubs (
    hub TEXT PRIMARY KEY, public_key BLOB NOT NULL, registered_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER, epoch TEXT, clone_suspected_at_ms INTEGER
  ) STRICT;
  -- Household first in every key, so that it can be sharded by it.
  CREATE TABLE cursors (
    hub TEXT NOT NULL, epoch TEXT NOT NULL, stream INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (hub, epoch, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batches (
    hub TEXT NOT NULL, epoch TEXT NOT NULL, stream INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, schema INTEGER NOT NULL, rows INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL, sha256 TEXT NOT NULL, envelope TEXT NOT NULL,
    signature TEXT NOT NULL, body BLOB,
    PRIMARY KEY (hub, epoch, stream, first)
  ) STRICT;
  -- rev: the revision of consent at which it came to be so.
  CREATE TABLE consents (
    hub TEXT NOT NULL, category TEXT NOT NULL, granted INTEGER NOT NULL, rev INTEGER NOT NULL,
    PRIMARY KEY (hub, category)
  ) STRICT, WITHOUT ROWID;
  `,
] as const;

const STREAM_OF: Readonly<Record<string, Stream>> = { usage: 1, telemetry: 2 };

/** Opens the file in a folder, both made when they are missing. @throws Error when a newer program wrote it */
export function openReceiverStore(folder: string): ReceiverStore {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new Database(path.join(folder, 'receiver.db'), { timeout: 5_000 });
  database.pragma('journal_mode = WAL');
  // An acknowledgement is a promise: what was acknowledged is on the disk.
  database.pragma('synchronous = FULL');
  database.pragma('trusted_schema = OFF');
  migrate(database);

  const findCursor = database.prepare<[string, string, number], { last: number }>(
    'SELECT last FROM cursors WHERE hub = ? AND epoch = ? AND stream = ?',
  );
  const setCursor = database.prepare(
    `INSERT INTO cursors (hub, epoch, stream, last) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET last = excluded.last`,
  );
  const findBatch = database.prepare<
    [string, string, number, number],
    { last: number; sha256: string }
  >('SELECT last, sha256 FROM batches WHERE hub = ? AND epoch = ? AND stream = ? AND first = ?');
  const putBatch = database.prepare(
    `INSERT OR REPLACE INTO batches (hub, epoch, stream, first, last, schema, rows, received_at_ms,
       sha256, envelope, signature, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const findConsent = database.prepare<[string, string], { granted: number; rev: number }>(
    'SELECT granted, rev FROM consents WHERE hub = ? AND category = ?',
  );

  const lastOf = (hub: string, epoch: string, stream: number): number =>
    findCursor.get(hub, epoch, stream)?.last ?? 0;

  function keep(batch: CheckedBatch, atMs: number): void {
    const { envelope: e } = batch;
    putBatch.run(
      ...[e.hub, e.epoch, e.stream, e.from, e.to, e.schema, batch.rows, atMs, e.sha256],
      ...[batch.envelopeText, batch.signature, batch.body],
    );
  }

  /** What is stored under these numbers already is the same, or a gap that now stands in its place. */
  function repeated(batch: CheckedBatch, last: number, atMs: number): IngestResult {
    const { envelope: e } = batch;
    const stored = findBatch.get(e.hub, e.epoch, e.stream, e.from);
    const isSame = stored?.sha256 === e.sha256 && stored.last === e.to;
    if (isSame) return { kind: 'acked', upTo: last };
    if (e.schema === GAP.schema) {
      // The household took back what had arrived without its hub knowing.
      if (stored?.last === e.to) keep(batch, atMs);
      return { kind: 'acked', upTo: last };
    }
    return { kind: 'diverged' };
  }

  /** Two epochs that take turns are two hubs with one key: a card that was copied. */
  function noteEpoch({ hub, epoch }: Envelope, isNew: boolean, atMs: number): void {
    if (isNew) {
      database.prepare('UPDATE hubs SET epoch = ? WHERE hub = ?').run(epoch, hub);
      return;
    }
    database
      .prepare(
        `UPDATE hubs SET clone_suspected_at_ms = coalesce(clone_suspected_at_ms, ?)
         WHERE hub = ? AND epoch <> ?`,
      )
      .run(atMs, hub, epoch);
  }

  /** What a household takes back is deleted here: the numbers stay, the bodies go. */
  function applyConsent(hub: string, change: ConsentRow): void {
    const known = findConsent.get(hub, change.category);
    if (known !== undefined && known.rev >= change.rev) return;
    database
      .prepare(
        `INSERT INTO consents (hub, category, granted, rev) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET granted = excluded.granted, rev = excluded.rev`,
      )
      .run(hub, change.category, change.granted ? 1 : 0, change.rev);
    if (change.granted) return;
    database
      .prepare('UPDATE batches SET body = NULL WHERE hub = ? AND stream = ? AND schema <> ?')
      .run(hub, STREAM_OF[change.category], GAP.schema);
  }

  function isWithdrawn({ hub, stream, schema, consent_rev }: Envelope): boolean {
    const category = categoryOfStream(stream);
    if (category === null || schema === GAP.schema) return false;
    const known = findConsent.get(hub, category);
    if (known === undefined) return false;
    return known.granted === 0 ? consent_rev <= known.rev : consent_rev < known.rev;
  }

  function takeOne(batch: CheckedBatch, atMs: number): IngestResult {
    const { envelope: e } = batch;
    const last = lastOf(e.hub, e.epoch, e.stream);
    if (e.to <= last) return repeated(batch, last, atMs);
    if (e.from !== last + 1) return { kind: 'gap', expected: last + 1 };
    if (isWithdrawn(e)) return { kind: 'withdrawn' };
    const isNewEpoch =
      database.prepare('SELECT 1 FROM cursors WHERE hub = ? AND epoch = ?').get(e.hub, e.epoch) ===
      undefined;
    keep(batch, atMs);
    setCursor.run(e.hub, e.epoch, e.stream, e.to);
    noteEpoch(e, isNewEpoch, atMs);
    for (const change of batch.consent) applyConsent(e.hub, change);
    return { kind: 'acked', upTo: e.to };
  }

  const ingest = database.transaction((batches: readonly CheckedBatch[], atMs: number) =>
    batches.map((batch) => takeOne(batch, atMs)),
  );

  return {
    hub(id): KnownHub | null {
      const row = database
        .prepare<[string], { public_key: Uint8Array; revoked_at_ms: number | null }>(
          'SELECT public_key, revoked_at_ms FROM hubs WHERE hub = ?',
        )
        .get(id);
      return row === undefined
        ? null
        : { publicKey: row.public_key, isRevoked: row.revoked_at_ms !== null };
    },
    register(id, publicKey, atMs) {
      database
        .prepare('INSERT OR IGNORE INTO hubs (hub, public_key, registered_at_ms) VALUES (?, ?, ?)')
        .run(id, publicKey, atMs);
    },
    revoke: (id, atMs) =>
      database
        .prepare('UPDATE hubs SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE hub = ?')
        .run(atMs, id).changes > 0,
    ingest: (batches, atMs) => ingest.immediate(batches, atMs),
    last: lastOf,
    counts: () => countsOf(database),
    bodies(hub, stream) {
      const found = database
        .prepare<[string, number], { envelope: string; body: Uint8Array }>(
          `SELECT envelope, body FROM batches WHERE hub = ? AND stream = ? AND body IS NOT NULL
           ORDER BY received_at_ms, epoch, first`,
        )
        .all(hub, stream);
      return found.flatMap(({ envelope, body }) => {
        const parsed = parseEnvelope(envelope);
        return parsed === null ? [] : [{ envelope: parsed, body }];
      });
    },
    close: () => void database.close(),
  };
}

function countsOf(database: Database.Database): Counts {
  const hubs = database
    .prepare<[], { hubs: number; revoked: number; clones: number }>(
      `SELECT count(*) AS hubs, count(revoked_at_ms) AS revoked,
         count(clone_suspected_at_ms) AS clones FROM hubs`,
    )
    .get();
  const streams = database
    .prepare<
      [],
      { stream: number; schema: number; batches: number; bytes: number; rows: number; span: number }
    >(
      `SELECT stream, schema, count(*) AS batches, coalesce(sum(length(body)), 0) AS bytes,
         sum(rows) AS rows, sum(last - first + 1) AS span FROM batches GROUP BY stream, schema`,
    )
    .all();
  const sum = (of: (row: (typeof streams)[number]) => number) =>
    streams.reduce((total, row) => total + of(row), 0);
  const rowsOf = (stream: Stream) =>
    sum((row) => (row.stream === stream && row.schema !== GAP.schema ? row.rows : 0));
  return {
    hubs: hubs?.hubs ?? 0,
    revokedHubs: hubs?.revoked ?? 0,
    suspectedClones: hubs?.clones ?? 0,
    batches: sum((row) => row.batches),
    bytes: sum((row) => row.bytes),
    rows: { control: rowsOf(0), usage: rowsOf(1), telemetry: rowsOf(2) },
    missingRows: sum((row) => (row.schema === GAP.schema ? row.span : 0)),
  };
}

function migrate(database: Database.Database): void {
  const from = Number(database.pragma('user_version', { simple: true }));
  if (from > MIGRATIONS.length) {
    database.close();
    throw new Error(`receiver.db was written by a newer receiver (version ${from})`);
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
