// Roll-ups: the minimum, maximum, mean and last value of each interval of a series, packed by period. They answer a
// long question fast, and outlive the samples. The mean is that of the samples, not weighted by time.
import { ByteReader, ByteWriter } from './bytes.ts';
import { readNumbers, readSteps, writeNumbers, writeSteps } from './columns.ts';
import { type OpenDatabase, prepared } from './open.ts';
import { pack, unpack } from './packed.ts';
import { type Sample, toNumber } from './sample.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Made when samples go into chunks. */
export const HOURLY = HOUR_MS;
/** Made when chunks are given up. */
export const FIVE_MINUTES = 5 * MINUTE_MS;
/** One row holds a day. */
export const PERIOD_MS = DAY_MS;

/** One interval; `atMs` is its start. */
export interface Bucket {
  readonly atMs: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
}

/** Gathers numbers into intervals of one length, in the order in which they came. */
export class Buckets {
  readonly #stepMs: number;
  readonly #buckets = new Map<number, GrowingBucket>();

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  addSamples(samples: readonly Sample[]): void {
    for (const { atMs, value } of samples) {
      const number = toNumber(value);
      if (number === null || !Number.isFinite(number)) continue;
      this.add({ atMs, count: 1, min: number, max: number, mean: number, last: number });
    }
  }

  add(part: Bucket): void {
    const startMs = Math.floor(part.atMs / this.#stepMs) * this.#stepMs;
    const known = this.#buckets.get(startMs);
    if (known === undefined) {
      this.#buckets.set(startMs, { ...part, atMs: startMs });
      return;
    }
    known.count += part.count;
    known.min = Math.min(known.min, part.min);
    known.max = Math.max(known.max, part.max);
    known.mean += ((part.mean - known.mean) * part.count) / known.count;
    known.last = part.last;
  }

  /** By ascending time. */
  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => a.atMs - b.atMs);
  }
}

/** A bucket while it is gathered. */
type GrowingBucket = { -readonly [Key in keyof Bucket]: Bucket[Key] };

/** Adds samples to the stored roll-ups of a series, within the caller's transaction. */
export function addToRollups(
  database: OpenDatabase,
  series: number,
  stepMs: number,
  samples: readonly Sample[],
): void {
  for (const row of rollupsWith(database, series, stepMs, samples)) writeRollup(database, row);
}

/** A row of the table of roll-ups: those of one series and one period. */
export interface RollupRow {
  readonly series: number;
  readonly stepMs: number;
  readonly period: number;
  readonly body: Uint8Array;
}

/** The rows that the samples change, as they are with them; nothing is written. */
export function rollupsWith(
  database: OpenDatabase,
  series: number,
  stepMs: number,
  samples: readonly Sample[],
): RollupRow[] {
  const fresh = new Buckets(stepMs);
  fresh.addSamples(samples);
  const periods = new Map<number, Bucket[]>();
  for (const bucket of fresh.list()) {
    const period = Math.floor(bucket.atMs / PERIOD_MS);
    const known = periods.get(period);
    if (known === undefined) periods.set(period, [bucket]);
    else known.push(bucket);
  }
  const read = prepared<[number, number, number], { body: Uint8Array }>(
    database,
    'SELECT body FROM rollups WHERE series = ? AND step_ms = ? AND period = ?',
  );
  return [...periods].map(([period, buckets]) => {
    const joined = new Buckets(stepMs);
    const stored = read.get(series, stepMs, period);
    for (const bucket of stored === undefined ? [] : decodeBuckets(stored.body, stepMs)) {
      joined.add(bucket);
    }
    for (const bucket of buckets) joined.add(bucket);
    return { series, stepMs, period, body: encodeBuckets(joined.list(), stepMs) };
  });
}

export function writeRollup(database: OpenDatabase, row: RollupRow): void {
  const { series, stepMs, period, body } = row;
  prepared(
    database,
    'INSERT OR REPLACE INTO rollups (series, step_ms, period, body) VALUES (?, ?, ?, ?)',
  ).run(series, stepMs, period, body);
}

/** The stored roll-ups that begin in [fromMs, toMs), by ascending time. */
export function readRollups(
  database: OpenDatabase,
  series: number,
  stepMs: number,
  range: { readonly fromMs: number; readonly toMs: number },
): Bucket[] {
  return database
    .prepare<[number, number, number, number], { body: Uint8Array }>(
      `SELECT body FROM rollups WHERE series = ? AND step_ms = ? AND period BETWEEN ? AND ?
       ORDER BY period`,
    )
    .all(series, stepMs, Math.floor(range.fromMs / PERIOD_MS), Math.floor(range.toMs / PERIOD_MS))
    .flatMap((row) => decodeBuckets(row.body, stepMs))
    .filter((bucket) => bucket.atMs >= range.fromMs && bucket.atMs < range.toMs);
}

/** Body: count, then columns: interval numbers, counts, minima, maxima, means (seven digits), last values. */
export function encodeBuckets(buckets: readonly Bucket[], stepMs: number): Uint8Array {
  const writer = new ByteWriter();
  writer.unsigned(buckets.length);
  writeSteps(
    writer,
    buckets.map((bucket) => bucket.atMs / stepMs),
  );
  writeSteps(
    writer,
    buckets.map((bucket) => bucket.count),
  );
  const columns = [
    buckets.map((bucket) => bucket.min),
    buckets.map((bucket) => bucket.max),
    buckets.map((bucket) => Number(bucket.mean.toPrecision(7))),
    buckets.map((bucket) => bucket.last),
  ];
  for (const column of columns) writeNumbers(writer, column);
  return pack(writer.finish(), 0);
}

/** @throws HubError `storage` when the row is damaged */
export function decodeBuckets(row: Uint8Array, stepMs: number): Bucket[] {
  const reader = new ByteReader(unpack(row));
  const count = reader.unsigned();
  const times = readSteps(reader, count);
  const counts = readSteps(reader, count);
  const min = readNumbers(reader, count);
  const max = readNumbers(reader, count);
  const mean = readNumbers(reader, count);
  const last = readNumbers(reader, count);
  return times.map((time, index) => ({
    atMs: time * stepMs,
    count: counts[index] ?? 0,
    min: min[index] ?? 0,
    max: max[index] ?? 0,
    mean: mean[index] ?? 0,
    last: last[index] ?? 0,
  }));
}
