// The serial framing of TI's Z-Stack Monitor and Test interface, as it stands on a USB stick or a TCP bridge.
// Source: TI, Z-Stack Monitor and Test API (SWRA198), "General frame format".
//
// | offset | width | meaning                                        |
// |--------|-------|------------------------------------------------|
// | 0      | 1     | start of frame, 0xFE                           |
// | 1      | 1     | length of the data, 0 to 250                   |
// | 2      | 1     | bits 7-5 type, bits 4-0 subsystem              |
// | 3      | 1     | command                                        |
// | 4      | n     | data                                           |
// | 4 + n  | 1     | exclusive or of everything from the length on  |

import { FrameError } from '../bytes.ts';

export const START_OF_FRAME = 0xfe;

/** The longest data part that the interface allows. */
export const DATA_BYTES_MAX = 250;

export const MessageType = { request: 1, event: 2, response: 3 } as const;

export const Subsystem = { sys: 1, af: 4, zdo: 5, util: 7, appConfiguration: 15 } as const;

/** One Monitor and Test message. */
export interface MtFrame {
  type: number;
  subsystem: number;
  command: number;
  data: Buffer;
}

function checksum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum ^= bytes[i] ?? 0;
  return sum;
}

/** Writes one frame. Throws FrameError when the data part is longer than 250 bytes. */
export function encodeMtFrame({ type, subsystem, command, data }: MtFrame): Buffer {
  if (data.length > DATA_BYTES_MAX)
    throw new FrameError(`${data.length} bytes of data, 250 at most`);
  const bytes = Buffer.allocUnsafe(data.length + 5);
  bytes[0] = START_OF_FRAME;
  bytes[1] = data.length;
  bytes[2] = (type << 5) | subsystem;
  bytes[3] = command;
  bytes.set(data, 4);
  bytes[data.length + 4] = checksum(bytes, 1, data.length + 4);
  return bytes;
}

/** Reads exactly one frame. Throws FrameError when it is cut short, too long or its checksum is wrong. */
export function decodeMtFrame(bytes: Buffer): MtFrame {
  const [start, length, control, command] = bytes;
  if (start !== START_OF_FRAME) throw new FrameError('no start of frame');
  if (length === undefined || control === undefined || command === undefined) {
    throw new FrameError('truncated header');
  }
  if (length > DATA_BYTES_MAX) throw new FrameError(`length ${length}, 250 at most`);
  if (bytes.length !== length + 5) {
    throw new FrameError(`${bytes.length} bytes, ${length + 5} wanted`);
  }
  if (checksum(bytes, 1, length + 4) !== bytes[length + 4]) throw new FrameError('wrong checksum');
  return {
    type: control >> 5,
    subsystem: control & 0x1f,
    command,
    data: bytes.subarray(4, length + 4),
  };
}

/**
 * Cuts a byte stream into frames, whatever its chunks are. Bytes that are no frame are skipped up to the next
 * start of frame after them; it never holds more than one unfinished frame.
 */
export class MtFrameParser {
  readonly #onFrame: (frame: MtFrame) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: MtFrame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    for (;;) {
      at = bytes.indexOf(START_OF_FRAME, at);
      if (at === -1) {
        at = bytes.length;
        break;
      }
      const length = bytes[at + 1];
      if (length === undefined) break;
      if (length > DATA_BYTES_MAX) {
        at += 1;
        continue;
      }
      const end = at + length + 5;
      if (end > bytes.length) break;
      if (checksum(bytes, at + 1, end - 1) !== bytes[end - 1]) {
        at += 1;
        continue;
      }
      const frame = decodeMtFrame(bytes.subarray(at, end));
      at = end;
      this.#onFrame(frame);
    }
    this.#pending = Buffer.from(bytes.subarray(at));
  }
}
