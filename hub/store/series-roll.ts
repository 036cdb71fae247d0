// Rolls the log's changes into series: from rows of a few seconds of the whole home to chunks of one property each,
// at a third of the bytes. It works in slices, since a commit may not wait; a series' `rolled_to` names the last row
// whose changes are in its chunks, so that a kill between two slices neither loses nor doubles a sample.
import type { EventLog } from './event-log.ts';
import { decodeBatch, encodeBatch, type OtherEntry } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import { addToRollups, HOURLY } from './rollup.ts';
import type { Sample } from './sample.ts';
import { CHUNK_SAMPLES_MAX, decodeChunk, encodeChunk } from './series-chunk.ts';

/** Rows that are read, and series that are written, in one slice. */
const READ_ROWS = 40;
const WRITE_SERIES = 4;
/** One roll takes at most this many rows and holds at most about this many samples in memory. */
const ROLL_ROWS_MAX = 4000;
const ROLL_SAMPLES_MAX = 50_000;
/** Entries in one row of what is left. */
const REST_ENTRIES = 500;

type Phase = 'read' | 'write' | 'finish' | 'done';

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
    const batch = database
      .prepare<[number, number, number], LogRow>(
        `SELECT id, first_seq, last_seq, last_at_ms, body FROM log
         WHERE kind = 0 AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
      )
      .all(rows.at(-1)?.id ?? 0, newest, READ_ROWS);
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
    if (batch.length < READ_ROWS || isFull) phase = 'write';
  };

  const write = (): void => {
    const last = rows.at(-1);
    const slice = [...samples].slice(0, WRITE_SERIES);
    if (last === undefined || slice.length === 0) {
      phase = 'finish';
      return;
    }
    const transaction = database.transaction(() => {
      for (const [series, fresh] of slice) {
        appendToSeries(database, series, fresh);
        database.prepare('UPDATE series SET rolled_to = ? WHERE id = ?').run(last.id, series);
      }
    });
    transaction.immediate();
    for (const [series] of slice) samples.delete(series);
  };

  const finish = (): void => {
    phase = 'done';
    if (rows.length === 0) return;
    const transaction = database.transaction(() => {
      // Values first: their rows are about to lose the changes that a start would read them from.
      log.writeValues();
      leaveRest(database, rows, rest);
    });
    transaction.immediate();
    log.rolled();
  };

  return {
    step: () => {
      if (phase === 'read') read();
      else if (phase === 'write') write();
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

/** Adds samples to the series' newest chunk, or to new ones, and to its hourly roll-ups; in the caller's transaction. */
export function appendToSeries(
  database: OpenDatabase,
  series: number,
  fresh: readonly Sample[],
): void {
  const newest = database
    .prepare<[number], { first_seq: number; samples: number; body: Uint8Array }>(
      `SELECT first_seq, samples, body FROM chunks
       WHERE series = ? ORDER BY first_seq DESC LIMIT 1`,
    )
    .get(series);
  const open = newest !== undefined && newest.samples < CHUNK_SAMPLES_MAX ? newest : null;
  const all = open === null ? fresh : [...readableChunk(open.body), ...fresh];
  if (open !== null) {
    database
      .prepare('DELETE FROM chunks WHERE series = ? AND first_seq = ?')
      .run(series, open.first_seq);
  }
  const insert = database.prepare(
    `INSERT OR REPLACE INTO chunks (series, first_seq, last_seq, from_ms, to_ms, samples, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const part of chunksOf(all)) {
    const times = part.map((sample) => sample.atMs);
    const first = part[0]?.seq ?? 0;
    const last = part.at(-1)?.seq ?? first;
    // The clock may have been set back in between: the first sample need not be the earliest.
    const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
    insert.run(series, first, last, fromMs, toMs, part.length, encodeChunk(part));
  }
  addToRollups(database, series, HOURLY, fresh);
}

function readableChunk(body: Uint8Array): Sample[] {
  try {
    return decodeChunk(body);
  } catch {
    return [];
  }
}

/** Full chunks and a rest; samples of one input stay together, as a chunk is found by its first number. */
function chunksOf(samples: readonly Sample[]): Sample[][] {
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

/** Puts what is not a change into a few rows under the ids of the many; one at least, for the numbers it carries. */
function leaveRest(
  database: OpenDatabase,
  rows: readonly Omit<LogRow, 'body'>[],
  rest: readonly OtherEntry[],
): void {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return;
  database.prepare('DELETE FROM log WHERE kind = 0 AND id BETWEEN ? AND ?').run(first.id, last.id);
  const insert = database.prepare(
    `INSERT INTO log (id, kind, first_seq, last_seq, last_at_ms, body) VALUES (?, 1, ?, ?, ?, ?)`,
  );
  const count = Math.max(1, Math.min(rows.length, Math.ceil(rest.length / REST_ENTRIES)));
  const size = Math.ceil(rest.length / count);
  for (let part = 0; part < count; part += 1) {
    const others = rest.slice(part * size, (part + 1) * size);
    const isLast = part === count - 1;
    // The last part keeps the newest id, so that the next row's id is never one that was used.
    insert.run(
      isLast ? last.id : first.id + part,
      others[0]?.seq ?? first.first_seq,
      isLast ? last.last_seq : (others.at(-1)?.seq ?? last.last_seq),
      isLast ? last.last_at_ms : Math.round(others.at(-1)?.atMs ?? last.last_at_ms),
      encodeBatch({ changes: [], others }),
    );
  }
}
