// What history keeps and for how long. Little is taken away at a time: that keeps commits short, and bounds what a
// clock that jumps ahead for a while can cost.

import type { OpenDatabase } from './open.ts';
import { addToRollups, DAY_MS, FIVE_MINUTES, HOURLY, PERIOD_MS } from './rollup.ts';
import { decodeChunk } from './series-chunk.ts';

/** Log rows and samples are kept this long, and as long as the file is no larger than this. */
export const LOG_KEPT_MS = 30 * DAY_MS;
export const HISTORY_BYTES_MAX = 200 * 1024 * 1024;
/** Roll-ups of 5 minutes, which are made from the samples that go, and of an hour. */
export const FIVE_MINUTES_KEPT_MS = 365 * DAY_MS;
export const HOURLY_KEPT_MS = 730 * DAY_MS;

/** In one slice: series that are looked at, chunks of each that go, log rows that go. */
const SLICE_SERIES = 16;
const SLICE_CHUNKS = 2;
const SLICE_ROWS = 100;

export interface Retention {
  /** Does one slice of a pass over all series. @returns whether there is more to do in this pass */
  step(): boolean;
}

/**
 * One pass. `nowMs` is the time of the newest entry. While the file is over its size the oldest day goes whatever its
 * age: first of the roll-ups of five minutes, then of the samples.
 */
export function createRetention(
  database: OpenDatabase,
  nowMs: number,
  bytesMax = HISTORY_BYTES_MAX,
): Retention {
  const pressure = pressureOf(database, bytesMax);
  const cutoffMs = Math.max(nowMs - LOG_KEPT_MS, pressure.samplesBeforeMs);
  const fiveMinutesBeforeMs = Math.max(nowMs - FIVE_MINUTES_KEPT_MS, pressure.fiveMinutesBeforeMs);
  let after = 0;

  const expireLog = (): void => {
    const rows = database
      .prepare<[number], { id: number; last_at_ms: number }>(
        'SELECT id, last_at_ms FROM log ORDER BY id LIMIT ?',
      )
      .all(SLICE_ROWS + 1);
    // The newest row stays whatever its age: it carries the last number.
    const firstKept = rows.findIndex((row) => row.last_at_ms >= cutoffMs);
    const expired = rows.slice(0, firstKept === -1 ? rows.length - 1 : firstKept);
    const last = expired.at(-1);
    if (last !== undefined) database.prepare('DELETE FROM log WHERE id <= ?').run(last.id);
  };

  const expireSeries = (series: number): void => {
    const chunks = database
      .prepare<[number, number], { first_seq: number; to_ms: number; body: Uint8Array }>(
        `SELECT first_seq, to_ms, body FROM chunks
         WHERE series = ? ORDER BY first_seq LIMIT ?`,
      )
      .all(series, SLICE_CHUNKS);
    for (const chunk of chunks) {
      if (chunk.to_ms >= cutoffMs) break;
      keepRollups(database, series, chunk.body);
      database
        .prepare('DELETE FROM chunks WHERE series = ? AND first_seq = ?')
        .run(series, chunk.first_seq);
    }
    const expire = database.prepare(
      'DELETE FROM rollups WHERE series = ? AND step_ms = ? AND period < ?',
    );
    expire.run(series, FIVE_MINUTES, Math.floor(fiveMinutesBeforeMs / PERIOD_MS));
    expire.run(series, HOURLY, Math.floor((nowMs - HOURLY_KEPT_MS) / PERIOD_MS));
  };

  return {
    step: () => {
      const slice = database
        .prepare<[number, number], { id: number }>(
          'SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?',
        )
        .all(after, SLICE_SERIES);
      const transaction = database.transaction(() => {
        if (after === 0) expireLog();
        for (const { id } of slice) expireSeries(id);
      });
      transaction.immediate();
      after = slice.at(-1)?.id ?? after;
      return slice.length === SLICE_SERIES;
    },
  };
}

/** Bytes in use: freed pages are used again before the file grows. */
export function usedBytes(database: OpenDatabase): number {
  const pages =
    Number(database.pragma('page_count', { simple: true })) -
    Number(database.pragma('freelist_count', { simple: true }));
  return pages * Number(database.pragma('page_size', { simple: true }));
}

interface Pressure {
  readonly samplesBeforeMs: number;
  readonly fiveMinutesBeforeMs: number;
}

/** What has to go because the file is too large. */
function pressureOf(database: OpenDatabase, bytesMax: number): Pressure {
  const none = Number.NEGATIVE_INFINITY;
  if (usedBytes(database) <= bytesMax) return { samplesBeforeMs: none, fiveMinutesBeforeMs: none };
  const rollups = database
    .prepare<[number], { oldest: number | null }>(
      'SELECT min(period) AS oldest FROM rollups WHERE step_ms = ?',
    )
    .get(FIVE_MINUTES);
  if (rollups !== undefined && rollups.oldest !== null) {
    return { samplesBeforeMs: none, fiveMinutesBeforeMs: (rollups.oldest + 1) * PERIOD_MS };
  }
  const row = database
    .prepare<[], { oldest: number | null }>(
      `SELECT min(at) AS oldest FROM (
         SELECT min(to_ms) AS at FROM chunks UNION ALL
         SELECT last_at_ms FROM (SELECT last_at_ms FROM log ORDER BY id LIMIT 1))`,
    )
    .get();
  return { samplesBeforeMs: (row?.oldest ?? none) + DAY_MS, fiveMinutesBeforeMs: none };
}

function keepRollups(database: OpenDatabase, series: number, body: Uint8Array): void {
  let samples: ReturnType<typeof decodeChunk>;
  try {
    samples = decodeChunk(body);
  } catch {
    // A damaged chunk has nothing to give.
    return;
  }
  addToRollups(database, series, FIVE_MINUTES, samples);
}
