// How rows are packed: columns of JSON, gzipped. Half the bytes of rows of JSON gzipped, because like stands by like.
import { gunzipSync, gzipSync } from 'node:zlib';
import { INFLATED_BYTES_MAX, ROWS_MAX } from './limits.ts';

export const COLUMNAR_JSON_GZIP = 'cjson+gzip';

export type Row = Readonly<Record<string, unknown>>;

/** A body that cannot be read, or that is larger than a body may be. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

interface Columns {
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** `{"rows": 2, "columns": {"at": [1, 2], "on": [true, false]}}`; a row without a field has null there. */
export function packRows(rows: readonly Row[]): Uint8Array {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = Object.fromEntries(
    names.map((name) => [name, rows.map((row) => row[name] ?? null)]),
  );
  // zlib's header has no time in it: the same rows give the same bytes.
  return gzipSync(JSON.stringify({ rows: rows.length, columns } satisfies Columns));
}

/** @throws BodyError for what is no packed body, is too large inflated, or has too many rows */
export function unpackRows(body: Uint8Array): Row[] {
  const { rows, columns } = columnsOf(inflate(body));
  const entries = Object.entries(columns);
  return Array.from({ length: rows }, (_, index) =>
    Object.fromEntries(entries.map(([name, values]) => [name, values[index]])),
  );
}

function inflate(body: Uint8Array): string {
  try {
    return gunzipSync(body, { maxOutputLength: INFLATED_BYTES_MAX }).toString('utf8');
  } catch (error) {
    throw new BodyError('The body cannot be inflated within the limit', { cause: error });
  }
}

function columnsOf(text: string): Columns {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new BodyError('The body is no JSON', { cause: error });
  }
  if (!isColumns(read)) throw new BodyError('The body has no whole columns');
  return read;
}

function isColumns(read: unknown): read is Columns {
  if (typeof read !== 'object' || read === null) return false;
  const { rows, columns } = read as Partial<Record<keyof Columns, unknown>>;
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1 || rows > ROWS_MAX) {
    return false;
  }
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) return false;
  return Object.values(columns).every((each) => Array.isArray(each) && each.length === rows);
}
