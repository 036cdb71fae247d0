// The event log read newest first: rows of the log and chunks of series merged by the inputs' numbers. Traces are not
// in it; they have a list of their own.
import type { DeviceId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import type { Page } from '../model/store-port.ts';
import { decodeBatch } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import type { Sample, SeriesName } from './sample.ts';
import { decodeChunk } from './series-chunk.ts';

/** A page has at most this many entries, and then all of the input that the last one belongs to. */
export const LOG_PAGE_MAX = 500;

interface Series extends SeriesName {
  readonly rolled_to: number;
}

/** A page of the log; `before` is the `next` of the page before. Damaged rows are left out. */
export function readLog(
  database: OpenDatabase,
  filter: { device: DeviceId | null; before: string | null; limit: number },
): Page<LogEntry> {
  const limit = Math.min(Math.max(Math.trunc(filter.limit), 1), LOG_PAGE_MAX);
  const before = filter.before === null ? Number.MAX_SAFE_INTEGER : Number(filter.before);
  const newest = new Newest(limit + 1, Number.isFinite(before) ? before : 0);
  const series = database
    .prepare<unknown[], Series>(
      `SELECT id, device, property, rolled_to FROM series
       ${filter.device === null ? '' : 'WHERE device = ?'}`,
    )
    .all(...(filter.device === null ? [] : [filter.device]));
  addRows(database, newest, series, filter.device);
  for (const one of series) addChunks(database, newest, one);

  const found = newest.list();
  const lastSeq = found[limit - 1]?.seq;
  if (lastSeq === undefined || found.length <= limit) return { items: found, next: null };
  return { items: found.filter((entry) => entry.seq >= lastSeq), next: String(lastSeq) };
}

/** Keeps the entries of the highest numbers below a bound: `count` of them, and all that share the lowest number. */
class Newest {
  readonly #count: number;
  readonly #before: number;
  #entries: LogEntry[] = [];
  #atLeast = Number.NEGATIVE_INFINITY;

  constructor(count: number, before: number) {
    this.#count = count;
    this.#before = before;
  }

  /** Nothing below this number can come into the page any more. */
  get atLeast(): number {
    return this.#atLeast;
  }

  get before(): number {
    return this.#before;
  }

  add(entry: LogEntry): void {
    if (entry.seq >= this.#before || entry.seq < this.#atLeast) return;
    this.#entries.push(entry);
    if (this.#entries.length >= 4 * this.#count) this.cut();
  }

  cut(): void {
    this.#entries.sort((a, b) => b.seq - a.seq);
    const lowest = this.#entries[this.#count - 1]?.seq;
    if (lowest === undefined) return;
    this.#atLeast = lowest;
    this.#entries = this.#entries.filter((entry) => entry.seq >= lowest);
  }

  list(): LogEntry[] {
    this.cut();
    return this.#entries;
  }
}

function addRows(
  database: OpenDatabase,
  newest: Newest,
  series: readonly Series[],
  device: DeviceId | null,
): void {
  const byId = new Map(series.map((one) => [one.id, one]));
  const rows = database.prepare<
    [number],
    { id: number; kind: number; last_seq: number; body: Uint8Array }
  >('SELECT id, kind, last_seq, body FROM log WHERE first_seq < ? ORDER BY id DESC');
  for (const row of rows.iterate(newest.before)) {
    if (row.last_seq < newest.atLeast) return;
    const batch = orNull(() => decodeBatch(row.body));
    if (batch === null) continue;
    for (const { series: id, sample } of batch.changes.toReversed()) {
      const one = byId.get(id);
      if (one !== undefined && row.id > one.rolled_to) newest.add(toChange(one, sample));
    }
    for (const entry of batch.others.toReversed()) {
      if (device === null || deviceOf(entry) === device) newest.add(entry);
    }
    newest.cut();
  }
}

function addChunks(database: OpenDatabase, newest: Newest, series: Series): void {
  const chunks = database.prepare<[number, number], { last_seq: number; body: Uint8Array }>(
    `SELECT last_seq, body FROM chunks WHERE series = ? AND first_seq < ?
     ORDER BY first_seq DESC`,
  );
  for (const chunk of chunks.iterate(series.id, newest.before)) {
    if (chunk.last_seq < newest.atLeast) return;
    for (const sample of (orNull(() => decodeChunk(chunk.body)) ?? []).toReversed()) {
      newest.add(toChange(series, sample));
    }
    newest.cut();
  }
}

function toChange({ device, property }: SeriesName, sample: Sample): LogEntry {
  const { cause, ...rest } = sample;
  return { kind: 'change', ...rest, device, property, cause: cause ?? { kind: 'device', device } };
}

function deviceOf(entry: LogEntry): DeviceId | null {
  if (entry.kind === 'command') return entry.command.device;
  return 'device' in entry ? entry.device : null;
}

function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
