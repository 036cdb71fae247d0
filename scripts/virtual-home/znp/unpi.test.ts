// The coordinator's framing: round trips, truncations, and a stream cut anywhere with rubbish in between.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError } from '../bytes.ts';
import { decodeMtFrame, encodeMtFrame, type MtFrame, MtFrameParser } from './unpi.ts';

// SYS_PING and its answer, as TI's SWRA198 gives them.
const PING = Buffer.from('fe00210120', 'hex');
const PONG = Buffer.from('fe0261017907' + '1c', 'hex');

const frames = fc.record<MtFrame>({
  type: fc.integer({ min: 0, max: 7 }),
  subsystem: fc.integer({ min: 0, max: 31 }),
  command: fc.integer({ min: 0, max: 255 }),
  data: fc.uint8Array({ maxLength: 250 }).map((bytes) => Buffer.from(bytes)),
});

describe('one frame', () => {
  it('is read as TI writes it', () => {
    expect(decodeMtFrame(PING)).toEqual({
      type: 1,
      subsystem: 1,
      command: 1,
      data: Buffer.alloc(0),
    });
    expect(decodeMtFrame(PONG).data.readUInt16LE(0)).toBe(0x0779);
  });

  it('is the same bytes after reading and writing', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const bytes = encodeMtFrame(frame);
        expect(decodeMtFrame(bytes)).toEqual(frame);
        expect(encodeMtFrame(decodeMtFrame(bytes))).toEqual(bytes);
      }),
    );
  });

  it('is refused when it is cut short, lengthened, altered or too long', () => {
    for (let length = 0; length < PONG.length; length++) {
      expect(() => decodeMtFrame(PONG.subarray(0, length))).toThrow(FrameError);
    }
    expect(() => decodeMtFrame(Buffer.concat([PONG, PONG]))).toThrow(FrameError);
    const altered = Buffer.from(PONG);
    altered[4] = 0x78;
    expect(() => decodeMtFrame(altered)).toThrow('checksum');
    const data = Buffer.alloc(251);
    expect(() => encodeMtFrame({ type: 1, subsystem: 1, command: 1, data })).toThrow(FrameError);
  });
});

describe('a stream', () => {
  it('gives the same frames however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        (sent, cuts) => {
          const bytes = Buffer.concat(sent.map(encodeMtFrame));
          const received: MtFrame[] = [];
          const parser = new MtFrameParser((frame) => received.push(frame));
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = cuts[i % cuts.length] ?? 1;
            parser.push(bytes.subarray(at, at + length));
            at += length;
          }
          expect(received).toEqual(sent);
        },
      ),
    );
  });

  it('finds the next frame after rubbish, even rubbish that looks like a start', () => {
    const received: MtFrame[] = [];
    const parser = new MtFrameParser((frame) => received.push(frame));
    parser.push(Buffer.from([0x00, 0xef, 0xff, 0xfe, 0xff]));
    parser.push(PING);
    // A start with a length that reaches over the next frame: both come once its checksum has failed.
    parser.push(Buffer.concat([Buffer.from([0xfe, 0x03]), PONG, PING]));
    expect(received.map(({ type }) => type)).toEqual([1, 3, 1]);
  });
});
