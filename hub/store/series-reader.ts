// One series over a span of time, in intervals: from hourly roll-ups where the intervals are that long, else from the
// samples, and from roll-ups of five minutes where the samples are gone.
import type { DeviceId } from '../model/identifiers.ts';
import type { PropertyKey } from '../model/properties.ts';
import type { SeriesPoint } from '../model/store-port.ts';
import { decodeBatch } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import {
  Buckets,
  DAY_MS,
  FIVE_MINUTES,
  HOUR_MS,
  HOURLY,
  MINUTE_MS,
  readRollups,
} from './rollup.ts';
import type { Sample } from './sample.ts';
import { decodeChunk } from './series-chunk.ts';

/** More points than these are not given. */
export const SERIES_POINTS_MAX = 2000;

/** Lengths of an interval; those from an hour on are whole hours. */
const STEPS_MS = [
  1,
  10,
  100,
  1000,
  5000,
  10_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 30].map((days) => days * DAY_MS),
] as const;

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The values in [fromMs, toMs): the shortest intervals of which no more than `points` cover it. Values that are no
 * numbers have no points; true is 1, false is 0.
 */
export function readSeries(
  database: OpenDatabase,
  query: { device: DeviceId; property: PropertyKey; fromMs: number; toMs: number; points: number },
): { points: SeriesPoint[]; resolutionMs: number } {
  const range: Range = { fromMs: query.fromMs, toMs: query.toMs };
  const resolutionMs = stepFor(range, query.points);
  const series = database
    .prepare<[string, string], { id: number; rolled_to: number }>(
      'SELECT id, rolled_to FROM series WHERE device = ? AND property = ?',
    )
    .get(query.device, query.property);
  if (series === undefined || !(range.toMs > range.fromMs)) return { points: [], resolutionMs };

  const buckets = new Buckets(resolutionMs);
  if (resolutionMs >= HOURLY) {
    const hours: Range = {
      fromMs: Math.floor(range.fromMs / HOURLY) * HOURLY,
      toMs: range.toMs,
    };
    for (const bucket of readRollups(database, series.id, HOURLY, hours)) buckets.add(bucket);
  } else {
    for (const bucket of readRollups(database, series.id, FIVE_MINUTES, range)) buckets.add(bucket);
    addChunks(database, series.id, range, buckets);
  }
  addLog(database, series, range, buckets);
  return {
    points: buckets
      .list()
      .map((bucket) => [bucket.atMs, bucket.min, bucket.max, bucket.mean, bucket.last]),
    resolutionMs,
  };
}

function stepFor(range: Range, points: number): number {
  const wanted = Math.min(Math.max(Math.trunc(points), 1), SERIES_POINTS_MAX);
  const shortest = (range.toMs - range.fromMs) / wanted;
  const longest = 30 * DAY_MS;
  return STEPS_MS.find((step) => step >= shortest) ?? Math.ceil(shortest / longest) * longest;
}

function addChunks(database: OpenDatabase, series: number, range: Range, buckets: Buckets): void {
  const chunks = database.prepare<[number, number, number], { body: Uint8Array }>(
    `SELECT body FROM chunks WHERE series = ? AND to_ms >= ? AND from_ms < ?
     ORDER BY first_seq`,
  );
  for (const { body } of chunks.iterate(series, range.fromMs, range.toMs)) {
    buckets.addSamples(
      inRange(
        readable(() => decodeChunk(body)),
        range,
      ),
    );
  }
}

/** What is not in the series' chunks yet. */
function addLog(
  database: OpenDatabase,
  series: { readonly id: number; readonly rolled_to: number },
  range: Range,
  buckets: Buckets,
): void {
  const rows = database.prepare<[number, number], { body: Uint8Array }>(
    'SELECT body FROM log WHERE kind = 0 AND id > ? AND last_at_ms >= ? ORDER BY id',
  );
  for (const { body } of rows.iterate(series.rolled_to, range.fromMs)) {
    const samples = readable(() =>
      decodeBatch(body)
        .changes.filter((change) => change.series === series.id)
        .map((change) => change.sample),
    );
    buckets.addSamples(inRange(samples, range));
  }
}

function inRange(samples: readonly Sample[], range: Range): Sample[] {
  return samples.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs);
}

/** A damaged row has nothing to give. */
function readable(read: () => Sample[]): Sample[] {
  try {
    return read();
  } catch {
    return [];
  }
}
