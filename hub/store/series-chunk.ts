// A chunk: about 1,024 changes of one series in columns (numbers, times, values, causes), deflated.
//
// Body: count; seq column; time column; kind of values with their column; the causes as runs of equal ones.
import type { Cause } from '../model/cause.ts';
import { HubError } from '../model/errors.ts';
import type { PropertyValue } from '../model/properties.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readNumbers, readSteps, writeNumbers, writeSteps } from './columns.ts';
import { pack, unpack } from './packed.ts';
import type { Sample } from './sample.ts';

/** Samples in a full chunk. One may have a few more, since samples of one input are not parted. */
export const CHUNK_SAMPLES_MAX = 1024;
/** A chunk that claims more than this is damaged. */
const COUNT_MAX = 65_536;

const NUMBERS = 0;
const WORDS = 1;

/** Samples of one series, in the order in which they came. */
export function encodeChunk(samples: readonly Sample[]): Uint8Array {
  const writer = new ByteWriter();
  writer.unsigned(samples.length);
  writeSteps(
    writer,
    samples.map((sample) => sample.seq),
  );
  writeSteps(
    writer,
    samples.map((sample) => sample.atMs),
  );
  const numbers: number[] = [];
  for (const { value } of samples) if (typeof value === 'number') numbers.push(value);
  if (numbers.length === samples.length) {
    writer.byte(NUMBERS);
    writeNumbers(writer, numbers);
  } else {
    writer.byte(WORDS);
    writeWords(
      writer,
      samples.map((sample) => JSON.stringify(sample.value)),
    );
  }
  writeRuns(
    writer,
    samples.map((sample) => sample.cause),
  );
  return pack(writer.finish(), 0);
}

/** @throws HubError `storage` when the chunk is damaged */
export function decodeChunk(row: Uint8Array): Sample[] {
  const reader = new ByteReader(unpack(row));
  const count = reader.unsigned();
  if (count > COUNT_MAX) throw new HubError('storage', `A chunk claims ${count} samples`);
  const seqs = readSteps(reader, count);
  const times = readSteps(reader, count);
  // What writeWords and writeRuns were given.
  const values: readonly PropertyValue[] =
    reader.byte() === NUMBERS
      ? readNumbers(reader, count)
      : (readWords(reader, count) as PropertyValue[]);
  const causes = readRuns(reader, count) as (Cause | null)[];
  return seqs.map((seq, index) => ({
    seq,
    atMs: times[index] ?? 0,
    value: values[index] ?? 0,
    cause: causes[index] ?? null,
  }));
}

/** Distinct values once, given as JSON, then each value's place among them. */
function writeWords(writer: ByteWriter, words: readonly string[]): void {
  const places = new Map<string, number>();
  const indexes = words.map((word) => {
    const known = places.get(word);
    if (known !== undefined) return known;
    places.set(word, places.size);
    return places.size - 1;
  });
  writer.text(`[${[...places.keys()].join(',')}]`);
  for (const index of indexes) writer.unsigned(index);
}

function readWords(reader: ByteReader, count: number): unknown[] {
  const words: unknown[] = JSON.parse(reader.text());
  return Array.from({ length: count }, () => words[reader.unsigned()]);
}

/** As writeWords, for what mostly stays the same: each value that differs from the one before, with its length. */
function writeRuns(writer: ByteWriter, values: readonly unknown[]): void {
  const runs: { value: unknown; readonly word: string; length: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    // The very same value, such as no cause at all, need not be put into words to be told.
    const word = last !== undefined && last.value === value ? last.word : JSON.stringify(value);
    if (last?.word === word) {
      last.value = value;
      last.length += 1;
    } else runs.push({ value, word, length: 1 });
  }
  const isPlain = runs.length === 1 && runs[0]?.word === 'null';
  writer.unsigned(isPlain ? 0 : runs.length);
  if (isPlain) return;
  writeWords(
    writer,
    runs.map((run) => run.word),
  );
  for (const run of runs) writer.unsigned(run.length);
}

function readRuns(reader: ByteReader, count: number): unknown[] {
  const length = reader.unsigned();
  if (length === 0) return new Array(count).fill(null);
  const words = readWords(reader, length);
  return words.flatMap((word) => new Array(reader.unsigned()).fill(word));
}
