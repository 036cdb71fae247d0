// All that happened over a stretch of time, oldest first: chunks of series, rows of the log and traces merged by the
// inputs' numbers. One chunk of each series is in memory at a time.
import TinyQueue from 'tinyqueue';
import type { DeviceId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import type { PropertyKey } from '../model/properties.ts';
import { decodeBatch } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import type { SeriesName } from './sample.ts';
import { decodeChunk } from './series-chunk.ts';

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Series extends SeriesName {
  readonly rolled_to: number;
}

/** Entries that stand in order, the next of them at `at`; `more` gives those that come then. */
interface Cursor {
  items: readonly LogEntry[];
  at: number;
  seq: number;
  readonly more: () => readonly LogEntry[] | null;
}

/** Rows of the log that are read at once. */
const ROWS_AT_ONCE = 200;

/** Which entries are given. A property of null asks for what is told of the device as a whole. */
export type Wanted = (device: DeviceId, property: PropertyKey | null) => boolean;

/** The entries of [fromMs, toMs] in the order of their numbers; traces of runs are not among them. */
export function* readEntries(
  database: OpenDatabase,
  range: Range,
  wants: Wanted,
): Generator<LogEntry> {
  const series = database
    .prepare<[], Series>('SELECT id, device, property, rolled_to FROM series ORDER BY id')
    .all()
    .filter(({ device, property }) => wants(device, property));
  const queue = new TinyQueue<Cursor>([], (a, b) => a.seq - b.seq);
  const open = (more: Cursor['more']): void => {
    const cursor: Cursor = { items: [], at: 0, seq: 0, more };
    if (refill(cursor)) queue.push(cursor);
  };
  for (const one of series) open(chunksOf(database, one, range));
  open(rowsOf(database, series, range, wants));
  for (let cursor = queue.peek(); cursor; cursor = queue.peek()) {
    const entry = cursor.items[cursor.at];
    cursor.at += 1;
    const next = cursor.items[cursor.at];
    if (next !== undefined) cursor.seq = next.seq;
    queue.pop();
    if (next !== undefined || refill(cursor)) queue.push(cursor);
    if (entry !== undefined && entry.atMs >= range.fromMs && entry.atMs <= range.toMs) yield entry;
  }
}

function refill(cursor: Cursor): boolean {
  for (let items = cursor.more(); items !== null; items = cursor.more()) {
    const first = items[0];
    if (first === undefined) continue;
    cursor.items = items;
    cursor.at = 0;
    cursor.seq = first.seq;
    return true;
  }
  return false;
}

/** The series' chunks within the range, one at a time. */
function chunksOf(database: OpenDatabase, series: Series, range: Range): Cursor['more'] {
  const next = database.prepare<
    [number, number, number, number],
    { first_seq: number; body: Uint8Array }
  >(
    `SELECT first_seq, body FROM chunks
     WHERE series = ? AND first_seq > ? AND to_ms >= ? AND from_ms <= ? ORDER BY first_seq LIMIT 1`,
  );
  const { device, property } = series;
  const own = { kind: 'device' as const, device };
  let after = -1;
  return () => {
    const chunk = next.get(series.id, after, range.fromMs, range.toMs);
    if (chunk === undefined) return null;
    after = chunk.first_seq;
    try {
      return decodeChunk(chunk.body).map(
        ({ seq, atMs, value, cause }): LogEntry => ({
          ...{ kind: 'change', seq, atMs, device, property, value },
          cause: cause ?? own,
        }),
      );
    } catch {
      return [];
    }
  };
}

/** The log's rows: changes that are in no chunk yet, and all that is no change. */
function rowsOf(
  database: OpenDatabase,
  series: readonly Series[],
  range: Range,
  wants: Wanted,
): Cursor['more'] {
  const byId = new Map(series.map((one) => [one.id, one]));
  const next = database.prepare<[number, number, number], { id: number; body: Uint8Array }>(
    'SELECT id, body FROM log WHERE id > ? AND last_at_ms >= ? ORDER BY id LIMIT ?',
  );
  let after = 0;
  return () => {
    const rows = next.all(after, range.fromMs, ROWS_AT_ONCE);
    const last = rows.at(-1);
    if (last === undefined) return null;
    after = last.id;
    const entries: LogEntry[] = [];
    for (const row of rows) addRow(row, byId, wants, entries);
    return entries.sort((a, b) => a.seq - b.seq);
  };
}

function addRow(
  row: { readonly id: number; readonly body: Uint8Array },
  byId: ReadonlyMap<number, Series>,
  wants: Wanted,
  entries: LogEntry[],
): void {
  let batch: ReturnType<typeof decodeBatch>;
  try {
    batch = decodeBatch(row.body);
  } catch {
    return;
  }
  for (const { series: id, sample } of batch.changes) {
    const one = byId.get(id);
    if (one === undefined || row.id <= one.rolled_to) continue;
    const { device, property } = one;
    const { cause, ...rest } = sample;
    entries.push({
      kind: 'change',
      ...rest,
      device,
      property,
      cause: cause ?? { kind: 'device', device },
    });
  }
  for (const entry of batch.others) {
    if (isWanted(entry, wants)) entries.push(entry);
  }
}

function isWanted(entry: LogEntry, wants: Wanted): boolean {
  switch (entry.kind) {
    case 'event':
      return wants(entry.device, entry.property);
    case 'availability':
      return wants(entry.device, null);
    case 'command':
      return wants(entry.command.device, null);
    default:
      return false;
  }
}
