// A parser of the Z-Stack serial frames in place of the library's, which writes out all bytes that wait as a log
// line for each frame, heard or not: a chunk of 64 kB took it seconds, in which more came, and the host never
// caught up. This one is linear, and after garbage it looks for the next frame from the very next byte. What began like
// a frame and does not go on was none: on a quiet line it would swallow dozens of answers, each waited for by itself.
import type { Transform, TransformCallback } from 'node:stream';
import { Frame } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/frame.js';
import { Parser } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/parser.js';

// Spec: Z-Stack Monitor and Test API § 2.1.1: start 0xFE, length of the data, two command bytes, data, checksum.
const START = 0xfe;
const DATA_AT = 4;
const DATA_BYTES_MAX = 250;
const NOTHING = Buffer.alloc(0);
/** Longer than any gateway waits in the midst of a frame, and shorter than the driver waits for an answer. */
const UNFINISHED_MS = 2_000;

/** The part of the library's parser that stays: what is left of the last chunk. */
interface Waiting extends Transform {
  buffer: Buffer;
}

const giveUps = new WeakMap<Waiting, NodeJS.Timeout>();

function parse(this: Waiting, chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
  clearTimeout(giveUps.get(this));
  take(this, this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]), 0);
  done();
}

/** Tells the whole frames from a place on; what is left waits for more, but not for ever. */
function take(parser: Waiting, bytes: Buffer, from: number): void {
  let at = bytes.indexOf(START, from);
  while (at !== -1 && bytes.length - at > DATA_AT) {
    const length = bytes[at + 1] ?? 0;
    const end = at + DATA_AT + length + 1;
    if (length > DATA_BYTES_MAX) {
      at = bytes.indexOf(START, at + 1);
      continue;
    }
    if (end > bytes.length) break;
    const frame = frameOf(bytes.subarray(at, end), length);
    if (frame !== null) parser.emit('parsed', frame);
    at = bytes.indexOf(START, frame === null ? at + 1 : end);
  }
  parser.buffer = at === -1 ? NOTHING : bytes.subarray(at);
  if (at === -1) return;
  const giveUp = setTimeout(() => take(parser, parser.buffer, 1), UNFINISHED_MS);
  giveUps.set(parser, giveUp.unref());
}

/** Null when the checksum is wrong: the 0xFE was no start. */
function frameOf(bytes: Buffer, length: number): Frame | null {
  try {
    return Frame.fromBuffer(length, DATA_AT + length, bytes);
  } catch {
    return null;
  }
}

/** Puts it in place for every coordinator that is connected from now on. May be called twice. */
export function installParser(): void {
  const prototype = Parser.prototype as unknown as { _transform: typeof parse };
  prototype._transform = parse;
}
