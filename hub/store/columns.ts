// Columns of numbers, packed: as small differences where numbers are near each other, so that deflate then needs few
// bits for them. Lossless: what is read is what was written.
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Decimals that are tried before numbers are kept as 8-byte floats. */
const DECIMALS_MAX = 6;
/** Integers beyond this would not leave room for the sign in 53 bits after a subtraction. */
const INTEGER_MAX = 2 ** 50;
const FLOATS = 255;

/** Integers of at most 50 bits whose steps are alike: each step less the median step. */
export function writeSteps(writer: ByteWriter, numbers: readonly number[]): void {
  const first = numbers[0];
  if (first === undefined) return;
  const steps: number[] = [];
  let previous = first;
  for (let index = 1; index < numbers.length; index += 1) {
    const number = numbers[index] ?? previous;
    steps.push(number - previous);
    previous = number;
  }
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  writer.signed(first);
  writer.signed(usual);
  for (const step of steps) writer.signed(step - usual);
}

export function readSteps(reader: ByteReader, count: number): number[] {
  if (count === 0) return [];
  let value = reader.signed();
  const usual = reader.signed();
  const numbers = [value];
  for (let index = 1; index < count; index += 1) {
    value += usual + reader.signed();
    numbers.push(value);
  }
  return numbers;
}

/** Any numbers: as scaled integers with their differences where a power of ten makes them whole, else as floats. */
export function writeNumbers(writer: ByteWriter, numbers: readonly number[]): void {
  const decimals = decimalsOf(numbers);
  writer.byte(decimals ?? FLOATS);
  if (decimals === null) {
    for (const number of numbers) writer.float(number);
    return;
  }
  const scale = 10 ** decimals;
  let previous = 0;
  for (const number of numbers) {
    const scaled = Math.round(number * scale);
    writer.signed(scaled - previous);
    previous = scaled;
  }
}

export function readNumbers(reader: ByteReader, count: number): number[] {
  const decimals = reader.byte();
  const numbers: number[] = [];
  if (decimals === FLOATS) {
    for (let index = 0; index < count; index += 1) numbers.push(reader.float());
    return numbers;
  }
  const scale = 10 ** decimals;
  let scaled = 0;
  for (let index = 0; index < count; index += 1) {
    scaled += reader.signed();
    numbers.push(scaled / scale);
  }
  return numbers;
}

/** How many decimals write all the numbers exactly; null when no count up to six does. */
export function decimalsOf(numbers: readonly number[]): number | null {
  let decimals = 0;
  for (const number of numbers) {
    while (!isExact(number, decimals)) {
      decimals += 1;
      if (decimals > DECIMALS_MAX) return null;
    }
  }
  return numbers.every((number) => isExact(number, decimals)) ? decimals : null;
}

function isExact(number: number, decimals: number): boolean {
  const scale = 10 ** decimals;
  const scaled = Math.round(number * scale);
  // The 0 added turns a negative zero into zero, so that it differs and goes with the floats, as NaN does.
  return Math.abs(scaled) <= INTEGER_MAX && Object.is((scaled + 0) / scale, number);
}
