// The serial parser: frames in any pieces, garbage around them, and a flood in one piece.
import { beforeAll, expect, test, vi } from 'vitest';
import { Frame } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/frame.js';
import { Parser } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/parser.js';
import { installParser } from './unpi-parser.ts';

beforeAll(() => installParser());

/** An AREQ of AF (type 2, subsystem 4) with this data. */
function frame(commandId: number, data: readonly number[]): Buffer {
  return new Frame(2, 4, commandId, Buffer.from(data)).toBuffer();
}

function parsed(chunks: readonly Buffer[]): string[] {
  const parser = new Parser();
  const found: string[] = [];
  parser.on('parsed', ({ commandID, data }: Frame) => {
    found.push(`${commandID}:${data.toString('hex')}`);
  });
  for (const chunk of chunks) parser.write(chunk);
  return found;
}

const ONE = frame(1, [0x10, 0xfe, 0x11]);
const TWO = frame(2, []);
const BOTH = ['1:10fe11', '2:'];

test('frames come whole, however they were cut', () => {
  const bytes = Buffer.concat([ONE, TWO]);
  expect(parsed([bytes])).toEqual(BOTH);
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(parsed([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(BOTH);
  }
  expect(parsed([...bytes].map((byte) => Buffer.from([byte])))).toEqual(BOTH);
});

test('garbage before, between and a false start cost no frame', () => {
  const garbage = Buffer.from([0x00, 0xfe, 0x02, 0x33, 0xff, 0xfe, 0xff]);
  expect(parsed([garbage, ONE, garbage, TWO, Buffer.alloc(300)])).toEqual(BOTH);
});

test('what began like a long frame and does not go on costs no frame behind it', () => {
  vi.useFakeTimers();
  try {
    const parser = new Parser();
    const found: number[] = [];
    parser.on('parsed', ({ commandID }: Frame) => found.push(commandID));
    const falseStart = Buffer.from([0xfe, 0xfa, 0x61]);
    for (const chunk of [falseStart, ONE, falseStart, TWO.subarray(0, 3)]) parser.write(chunk);
    expect(found).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(found).toEqual([1]);
    // The second false start is given up by itself, and the frame behind it comes whole.
    vi.advanceTimersByTime(2_000);
    parser.write(TWO.subarray(3));
    expect(found).toEqual([1, 2]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a wrong checksum is no frame', () => {
  const wrong = frame(1, [0x10, 0x11]);
  wrong.writeUInt8((wrong.at(-1) ?? 0) ^ 0xff, wrong.length - 1);
  expect(parsed([wrong, TWO])).toEqual(['2:']);
});

test('a megabyte in one piece takes no longer than its frames', () => {
  const count = 40_000;
  const flood = Buffer.concat(Array.from({ length: count }, () => frame(3, [1, 2, 3, 4, 5])));
  const startedAtMs = performance.now();
  expect(parsed([flood])).toHaveLength(count);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
