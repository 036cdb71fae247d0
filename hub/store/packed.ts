// The envelope of every packed row: plain or deflated, whichever is shorter, and a checksum, so that a row that
// was torn or decayed is noticed and not believed. SQLite itself keeps no checksums of its pages.
//
// | offset | width | meaning |
// | 0      | 1     | 0 plain, 1 deflated (raw) |
// | 1      | 4     | CRC-32 of what follows, little endian |
// | 5      | rest  | the body |
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { HubError } from '../model/errors.ts';

/** A packed row's body may have this many bytes once inflated; more is damage. */
export const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

const HEADER_BYTES = 5;

/** Packs a body; bodies of at least `deflateFrom` bytes are deflated when that makes them shorter. */
export function pack(body: Uint8Array, deflateFrom: number): Uint8Array {
  const deflated = body.length >= deflateFrom ? deflateRawSync(body) : null;
  const isDeflated = deflated !== null && deflated.length < body.length;
  const kept = isDeflated ? deflated : body;
  const packed = new Uint8Array(HEADER_BYTES + kept.length);
  packed[0] = isDeflated ? 1 : 0;
  new DataView(packed.buffer).setUint32(1, crc32(kept), true);
  packed.set(kept, HEADER_BYTES);
  return packed;
}

/** The body of a packed row. @throws HubError `storage` when it is not as it was written. */
export function unpack(packed: Uint8Array): Uint8Array {
  const kind = packed[0];
  if (packed.length < HEADER_BYTES || (kind !== 0 && kind !== 1)) throw damaged();
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const kept = packed.subarray(HEADER_BYTES);
  if (crc32(kept) !== view.getUint32(1, true)) throw damaged();
  if (kind === 0) return kept;
  try {
    return inflateRawSync(kept, { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch (error) {
    throw damaged(error);
  }
}

const TEXT = new TextEncoder();
const WORDS = new TextDecoder('utf-8', { fatal: true });

/** Packs a plain value as JSON, deflated from 1 KB on. */
export function packJson(value: unknown): Uint8Array {
  return pack(TEXT.encode(JSON.stringify(value)), 1024);
}

/** The value of a row that `packJson` made; its shape is the writer's. @throws HubError `storage` */
export function unpackJson(packed: Uint8Array): unknown {
  const body = unpack(packed);
  try {
    return JSON.parse(WORDS.decode(body));
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): HubError {
  return new HubError('storage', 'A stored row is damaged: its checksum does not fit', { cause });
}
