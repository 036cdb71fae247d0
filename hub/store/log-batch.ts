// One row of the log: all entries of a group commit. Changes, which are most of it, take some 7 bytes each; other
// entries are JSON. Spoilt bytes are refused by the packed row's checksum before they come here.
//
// Body: first seq and first time; the number of changes, then of each: series, seq and time as differences to the
// one before, cause (0: the device itself, n: the dictionary's n − 1), value; the dictionary as a JSON array; the
// other entries as a JSON array.
import type { Cause } from '../model/cause.ts';
import { HubError } from '../model/errors.ts';
import type { LogEntry } from '../model/journal.ts';
import type { PropertyValue } from '../model/properties.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decimalsOf } from './columns.ts';
import { pack, unpack } from './packed.ts';
import type { Sample } from './sample.ts';

/** Small rows do not gain from deflate, and large ones are rare. */
const DEFLATE_FROM_BYTES = 256;

/** Entries that are neither changes nor traces. */
export type OtherEntry = Exclude<LogEntry, { kind: 'change' } | { kind: 'run' }>;

export interface BatchChange {
  readonly series: number;
  readonly sample: Sample;
}

/** What one row of the log holds. */
export interface LogBatch {
  readonly changes: readonly BatchChange[];
  readonly others: readonly OtherEntry[];
}

const FALSE = 0;
const TRUE = 1;
const FLOAT = 2;
const WORD = 3;
/** This and what follows: a number with 0, 1, 2, … decimals. */
const DECIMALS = 4;

export function encodeBatch(batch: LogBatch): Uint8Array {
  const writer = new ByteWriter();
  const words: string[] = [];
  const places = new Map<string, number>();
  const place = (value: unknown): number => {
    const word = JSON.stringify(value);
    const known = places.get(word);
    if (known !== undefined) return known;
    places.set(word, words.length);
    words.push(word);
    return words.length - 1;
  };
  let seq = 0;
  let atMs = 0;
  writer.unsigned(batch.changes.length);
  for (const { series, sample } of batch.changes) {
    writer.unsigned(series);
    writer.signed(sample.seq - seq);
    writer.signed(sample.atMs - atMs);
    writer.unsigned(sample.cause === null ? 0 : 1 + place(sample.cause));
    writeValue(writer, sample.value, place);
    seq = sample.seq;
    atMs = sample.atMs;
  }
  writer.text(`[${words.join(',')}]`);
  writer.text(JSON.stringify(batch.others));
  return pack(writer.finish(), DEFLATE_FROM_BYTES);
}

/** @throws HubError `storage` when the row is damaged */
export function decodeBatch(row: Uint8Array): LogBatch {
  const reader = new ByteReader(unpack(row));
  const count = reader.unsigned();
  const rows: { series: number; seq: number; atMs: number; cause: number; value: StoredValue }[] =
    [];
  let seq = 0;
  let atMs = 0;
  for (let index = 0; index < count; index += 1) {
    const series = reader.unsigned();
    seq += reader.signed();
    atMs += reader.signed();
    rows.push({ series, seq, atMs, cause: reader.unsigned(), value: readValue(reader) });
  }
  // Both were written by encodeBatch: causes and words of its entries, and its other entries.
  const words = JSON.parse(reader.text()) as readonly (Cause | PropertyValue)[];
  const others = JSON.parse(reader.text()) as readonly OtherEntry[];
  const changes = rows.map(({ series, seq: seqOf, atMs: at, cause, value }) => {
    const sample: Sample = {
      seq: seqOf,
      atMs: at,
      value: value.kind === 'word' ? (wordAt(words, value.index) as PropertyValue) : value.value,
      cause: cause === 0 ? null : (wordAt(words, cause - 1) as Cause),
    };
    return { series, sample };
  });
  return { changes, others };
}

type StoredValue =
  | { readonly kind: 'value'; readonly value: number | boolean }
  | { readonly kind: 'word'; readonly index: number };

function writeValue(
  writer: ByteWriter,
  value: PropertyValue,
  place: (value: unknown) => number,
): void {
  if (typeof value === 'boolean') {
    writer.byte(value ? TRUE : FALSE);
  } else if (typeof value !== 'number') {
    writer.byte(WORD);
    writer.unsigned(place(value));
  } else {
    const decimals = decimalsOf([value]);
    writer.byte(decimals === null ? FLOAT : DECIMALS + decimals);
    if (decimals === null) writer.float(value);
    else writer.signed(Math.round(value * 10 ** decimals));
  }
}

function readValue(reader: ByteReader): StoredValue {
  const kind = reader.byte();
  if (kind === WORD) return { kind: 'word', index: reader.unsigned() };
  if (kind === FLOAT) return { kind: 'value', value: reader.float() };
  if (kind >= DECIMALS) return { kind: 'value', value: reader.signed() / 10 ** (kind - DECIMALS) };
  return { kind: 'value', value: kind === TRUE };
}

function wordAt<Word>(words: readonly Word[], index: number): Word {
  const word = words[index];
  if (word === undefined) throw new HubError('storage', 'A row of the log names a word it lacks');
  return word;
}
