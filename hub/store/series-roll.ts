// Rolls the log's changes into series: from rows of a few seconds of the whole home to chunks of one property each,
// at a third of the bytes. It works in slices, since a commit may not wait; a series' `rolled_to` names the last row
// whose changes are in its chunks, so that a kill between two slices neither loses nor doubles a sample.
import type { EventLog } from './event-log.ts';
import { decodeBatch, encodeBatch, type OtherEntry } from './log-batch.ts';
import { type OpenDatabase, prepared } from './open.ts';
import { HOURLY, type RollupRow, rollupsWith, writeRollup } from './rollup.ts';
import type { Sample } from './sample.ts';
import { CHUNK_SAMPLES_MAX, decodeChunk, encodeChunk } from './series-chunk.ts';

/** Rows that are read in one slice. */
const READ_ROWS = 40;
/** Series are made ready one in a slice, and this many written in one commit: each commit writes whole pages. */
const WRITE_SERIES = 4;
/** One roll takes at most this many rows and holds at most about this many samples in memory. */
const ROLL_ROWS_MAX = 4000;
const ROLL_SAMPLES_MAX = 50_000;
/** Entries in one row of what is left. */
const REST_ENTRIES = 500;

type Phase = 'read' | 'series' | 'rest' | 'finish' | 'done';

interface LogRow {
  readonly id: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_at_ms: number;
  readonly body: Uint8Array;
}

export interface SeriesRoll {
  /** Does one slice. @returns whether there is more to do */
  step(): boolean;
}

/** A roll of all rows that are in the log now, up to a limit; dropping it in the middle does no harm. */
export function createSeriesRoll(database: OpenDatabase, log: EventLog): SeriesRoll {
  const newest = log.lastRow;
  const rolledTo = new Map<number, number>();
  const names = database.prepare<[], { id: number; rolled_to: number }>(
    'SELECT id, rolled_to FROM series',
  );
  for (const row of names.iterate()) rolledTo.set(row.id, row.rolled_to);
  const samples = new Map<number, Sample[]>();
  const rest: OtherEntry[] = [];
  const rows: Omit<LogRow, 'body'>[] = [];
  let held = 0;
  let phase: Phase = 'read';

  const read = (): void => {
    const batch = prepared<[number, number, number], LogRow>(
      database,
      `SELECT id, first_seq, last_seq, last_at_ms, body FROM log
       WHERE kind = 0 AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
    ).all(rows.at(-1)?.id ?? 0, newest, READ_ROWS);
    for (const { body, ...row } of batch) {
      const { changes, others } = readable(body);
      for (const { series, sample } of changes) {
        if (row.id <= (rolledTo.get(series) ?? 0)) continue;
        const known = samples.get(series);
        if (known === undefined) samples.set(series, [sample]);
        else known.push(sample);
        held += 1;
      }
      rest.push(...others);
      rows.push(row);
    }
    const isFull = rows.length >= ROLL_ROWS_MAX || held + rest.length >= ROLL_SAMPLES_MAX;
    if (batch.length < READ_ROWS || isFull) phase = 'series';
  };

  const ready: SeriesChange[] = [];
  const rollSeries = (): void => {
    const next = ready.length < WRITE_SERIES ? samples.entries().next() : undefined;
    if (next?.value !== undefined) {
      const [id, fresh] = next.value;
      ready.push(changeOfSeries(database, id, fresh));
      samples.delete(id);
      return;
    }
    const last = rows.at(-1);
    if (last === undefined || ready.length === 0) {
      phase = 'rest';
      return;
    }
    const transaction = database.transaction(() => {
      for (const change of ready) writeSeries(database, change, last.id);
    });
    transaction.immediate();
    ready.length = 0;
  };

  const left: RestRow[] = [];
  const leaveRest = (): void => {
    const row = restRow(rows, rest, left.length);
    if (row === null) phase = 'finish';
    else left.push(row);
  };

  const finish = (): void => {
    phase = 'done';
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const transaction = database.transaction(() => {
      // Values first: their rows are about to lose the changes that a start would read them from.
      log.writeValues();
      prepared(database, 'DELETE FROM log WHERE kind = 0 AND id BETWEEN ? AND ?').run(
        first.id,
        last.id,
      );
      for (const row of left) writeRest(database, row);
    });
    transaction.immediate();
    log.rolled();
  };

  return {
    step: () => {
      if (phase === 'read') read();
      else if (phase === 'series') rollSeries();
      else if (phase === 'rest') leaveRest();
      else if (phase === 'finish') finish();
      return phase !== 'done';
    },
  };
}

/** A damaged row has nothing to give, and goes with the roll. */
function readable(body: Uint8Array): ReturnType<typeof decodeBatch> {
  try {
    return decodeBatch(body);
  } catch {
    return { changes: [], others: [] };
  }
}

/** What a roll changes of one series: its newest chunk, new ones after it, and its hourly roll-ups. */
interface SeriesChange {
  readonly series: number;
  /** The first number of the chunk that the samples were added to, which goes. */
  readonly replaced: number | null;
  readonly chunks: readonly ChunkRow[];
  readonly rollups: readonly RollupRow[];
}

type ChunkRow = readonly [
  firstSeq: number,
  lastSeq: number,
  fromMs: number,
  toMs: number,
  samples: number,
  body: Uint8Array,
];

/** Nobody else writes chunks and roll-ups until this is written: the upkeep does one work at a time. */
function changeOfSeries(
  database: OpenDatabase,
  series: number,
  fresh: readonly Sample[],
): SeriesChange {
  const newest = prepared<[number], { first_seq: number; samples: number; body: Uint8Array }>(
    database,
    `SELECT first_seq, samples, body FROM chunks
     WHERE series = ? ORDER BY first_seq DESC LIMIT 1`,
  ).get(series);
  const open = newest !== undefined && newest.samples < CHUNK_SAMPLES_MAX ? newest : null;
  const all = open === null ? fresh : [...readableChunk(open.body), ...fresh];
  return {
    series,
    replaced: open?.first_seq ?? null,
    chunks: chunksOf(all).map(chunkRow),
    rollups: rollupsWith(database, series, HOURLY, fresh),
  };
}

function chunkRow(samples: readonly Sample[]): ChunkRow {
  const first = samples[0]?.seq ?? 0;
  const last = samples.at(-1)?.seq ?? first;
  // The clock may have been set back in between: the first sample need not be the earliest.
  const times = samples.map((sample) => sample.atMs);
  const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
  return [first, last, fromMs, toMs, samples.length, encodeChunk(samples)];
}

/** Within the caller's transaction. */
function writeSeries(database: OpenDatabase, change: SeriesChange, rolledTo: number): void {
  const { series, replaced, chunks, rollups } = change;
  if (replaced !== null) {
    prepared(database, 'DELETE FROM chunks WHERE series = ? AND first_seq = ?').run(
      series,
      replaced,
    );
  }
  const insert = prepared(
    database,
    `INSERT OR REPLACE INTO chunks (series, first_seq, last_seq, from_ms, to_ms, samples, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const chunk of chunks) insert.run(series, ...chunk);
  for (const row of rollups) writeRollup(database, row);
  prepared(database, 'UPDATE series SET rolled_to = ? WHERE id = ?').run(rolledTo, series);
}

function readableChunk(body: Uint8Array): Sample[] {
  try {
    return decodeChunk(body);
  } catch {
    return [];
  }
}

/** Full chunks and a rest; samples of one input stay together, as a chunk is found by its first number. */
function chunksOf(samples: readonly Sample[]): (readonly Sample[])[] {
  if (samples.length <= CHUNK_SAMPLES_MAX) return [samples];
  const chunks: Sample[][] = [];
  let chunk: Sample[] = [];
  for (const sample of samples) {
    const isNewInput = chunk.at(-1)?.seq !== sample.seq;
    if (chunk.length >= CHUNK_SAMPLES_MAX && isNewInput) {
      chunks.push(chunk);
      chunk = [];
    }
    chunk.push(sample);
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** A row of the log without changes. */
type RestRow = readonly [
  id: number,
  firstSeq: number,
  lastSeq: number,
  lastAtMs: number,
  body: Uint8Array,
];

/**
 * One of the few rows, under ids of the many, that keep what is not a change; one at least, for the numbers it
 * carries. @returns null after the last
 */
function restRow(
  rows: readonly Omit<LogRow, 'body'>[],
  rest: readonly OtherEntry[],
  part: number,
): RestRow | null {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return null;
  const count = Math.max(1, Math.min(rows.length, Math.ceil(rest.length / REST_ENTRIES)));
  if (part >= count) return null;
  const size = Math.ceil(rest.length / count);
  const others = rest.slice(part * size, (part + 1) * size);
  const isLast = part === count - 1;
  return [
    // The last part keeps the newest id, so that the next row's id is never one that was used.
    isLast ? last.id : first.id + part,
    others[0]?.seq ?? first.first_seq,
    isLast ? last.last_seq : (others.at(-1)?.seq ?? last.last_seq),
    isLast ? last.last_at_ms : Math.round(others.at(-1)?.atMs ?? last.last_at_ms),
    encodeBatch({ changes: [], others }),
  ];
}

function writeRest(database: OpenDatabase, row: RestRow): void {
  prepared(
    database,
    `INSERT INTO log (id, kind, first_seq, last_seq, last_at_ms, body) VALUES (?, 1, ?, ?, ?, ?)`,
  ).run(...row);
}
