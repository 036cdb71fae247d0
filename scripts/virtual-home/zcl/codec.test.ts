// ZCL's bytes: vectors from the ZCL specification's layouts, round trips, and every truncation refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, FrameError, ieeeFromBytes, ieeeToBytes } from '../bytes.ts';
import {
  decodeAttributes,
  decodeConfigureReporting,
  decodeRead,
  decodeReadResponse,
  encodeAttributes,
  encodeConfigureReporting,
  encodeConfigureReportingResponse,
  encodeRead,
  encodeReadResponse,
  encodeWriteResponse,
} from './foundation.ts';
import { decodeZclFrame, encodeZclFrame, type ZclFrame } from './frame.ts';
import { readValue, writeValue, ZclType } from './values.ts';

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** Every proper prefix of the bytes that is not itself a whole number of records must be refused. */
function expectTruncationsRefused(
  bytes: Buffer,
  decode: (part: Buffer) => unknown,
  wholeAt: readonly number[],
): void {
  for (let length = 0; length < bytes.length; length++) {
    if (wholeAt.includes(length)) continue;
    expect(() => decode(bytes.subarray(0, length)), `cut to ${length} bytes`).toThrow(FrameError);
  }
}

describe('the frame', () => {
  it('reads the standard header and the one with a manufacturer code', () => {
    expect(decodeZclFrame(hex('18 2a 0a 00 00 29 34 08'))).toEqual({
      isGlobal: true,
      manufacturerCode: 0,
      toClient: true,
      disableDefaultResponse: true,
      sequence: 0x2a,
      command: 0x0a,
      payload: hex('00 00 29 34 08'),
    });
    expect(decodeZclFrame(hex('05 0b 10 07 00'))).toMatchObject({
      isGlobal: false,
      manufacturerCode: 0x100b,
      sequence: 7,
      command: 0,
    });
  });

  it('writes what it read, for every frame', () => {
    const frames = fc.record<ZclFrame>({
      isGlobal: fc.boolean(),
      manufacturerCode: fc.integer({ min: 0, max: 0xffff }),
      toClient: fc.boolean(),
      disableDefaultResponse: fc.boolean(),
      sequence: fc.integer({ min: 0, max: 255 }),
      command: fc.integer({ min: 0, max: 255 }),
      payload: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(frames, (frame) => {
        const bytes = encodeZclFrame(frame);
        expect(decodeZclFrame(bytes)).toEqual(frame);
        expect(encodeZclFrame(decodeZclFrame(bytes))).toEqual(bytes);
      }),
    );
  });

  it('refuses a header that is cut short, and a reserved frame type', () => {
    for (const bytes of ['', '18', '18 01', '05 0b', '05 0b 10', '05 0b 10 07']) {
      expect(() => decodeZclFrame(hex(bytes))).toThrow(FrameError);
    }
    expect(() => decodeZclFrame(hex('02 01 00'))).toThrow(FrameError);
  });
});

describe('values', () => {
  it.each([
    ['bool', ZclType.bool, 1, '01'],
    ['uint8', ZclType.uint8, 200, 'c8'],
    ['uint16', ZclType.uint16, 0x1234, '34 12'],
    ['uint24', ZclType.uint24, 0x123456, '56 34 12'],
    ['uint48', ZclType.uint48, 541, '1d 02 00 00 00 00'],
    ['uint64', ZclType.uint64, '0102030405060708', '01 02 03 04 05 06 07 08'],
    ['int8', ZclType.int8, -2, 'fe'],
    ['int16', ZclType.int16, -500, '0c fe'],
    ['int24', ZclType.int24, -1, 'ff ff ff'],
    ['enum16', ZclType.enum16, 0x002a, '2a 00'],
    ['float', ZclType.float, 1.5, '00 00 c0 3f'],
    ['string', ZclType.string, 'LCA005', '06 4c 43 41 30 30 35'],
    ['octets', ZclType.octets, '0102', '02 01 02'],
    ['ieee', ZclType.ieee, '0x00124b0001020304', '04 03 02 01 00 4b 12 00'],
  ])('%s', (_, type, value, bytes) => {
    const writer = new ByteWriter(1);
    writeValue(writer, type, value);
    expect(writer.done()).toEqual(hex(bytes));
    expect(readValue(new ByteReader(hex(bytes)), type)).toEqual(value);
    for (let length = 0; length < hex(bytes).length; length++) {
      const cut = new ByteReader(hex(bytes).subarray(0, length));
      expect(() => readValue(cut, type)).toThrow(FrameError);
    }
  });

  it('refuses a type that it does not know and a value that does not fit', () => {
    expect(() => readValue(new ByteReader(hex('00')), 0x4c)).toThrow('0x4c is not supported');
    expect(() => writeValue(new ByteWriter(), ZclType.uint8, 256)).toThrow(FrameError);
    expect(() => writeValue(new ByteWriter(), ZclType.uint8, 1.5)).toThrow(FrameError);
    expect(() => writeValue(new ByteWriter(), ZclType.string, 'x'.repeat(300))).toThrow(FrameError);
  });

  it('turns IEEE addresses over and back', () => {
    expect(ieeeFromBytes(ieeeToBytes('0x00124b0001020304'))).toBe('0x00124b0001020304');
    expect(() => ieeeToBytes('00124b0001020304')).toThrow(FrameError);
  });
});

describe('global commands', () => {
  it('reads: the identifiers asked for', () => {
    const bytes = hex('05 00 04 00 00 40');
    expect(decodeRead(bytes)).toEqual([5, 4, 0x4000]);
    expect(encodeRead(decodeRead(bytes))).toEqual(bytes);
    expectTruncationsRefused(bytes, decodeRead, [0, 2, 4]);
  });

  it('reports and writes: identifier, type, value', () => {
    const bytes = hex('00 00 29 34 08  21 00 20 c8');
    expect(decodeAttributes(bytes)).toEqual([
      { attribute: 0, type: ZclType.int16, value: 2100 },
      { attribute: 0x21, type: ZclType.uint8, value: 200 },
    ]);
    expect(encodeAttributes(decodeAttributes(bytes))).toEqual(bytes);
    expectTruncationsRefused(bytes, decodeAttributes, [0, 5]);
  });

  it('read answers: values, and why there is none', () => {
    const bytes = hex('04 00 00 42 02 68 69  00 40 86');
    expect(decodeReadResponse(bytes)).toEqual([
      { attribute: 4, status: 0, type: ZclType.string, value: 'hi' },
      { attribute: 0x4000, status: 0x86 },
    ]);
    expect(encodeReadResponse(decodeReadResponse(bytes))).toEqual(bytes);
    expectTruncationsRefused(bytes, decodeReadResponse, [0, 7]);
  });

  it('reporting configuration: analog types carry a change, discrete ones do not', () => {
    const bytes = hex('00 00 00 29 0a 00 10 0e 64 00  00 00 00 10 00 00 2c 01  01 05 00 3c 00');
    expect(decodeConfigureReporting(bytes)).toEqual([
      { receives: false, attribute: 0, type: 0x29, minSeconds: 10, maxSeconds: 3600, change: 100 },
      { receives: false, attribute: 0, type: 0x10, minSeconds: 0, maxSeconds: 300 },
      { receives: true, attribute: 5, timeoutSeconds: 60 },
    ]);
    expect(encodeConfigureReporting(decodeConfigureReporting(bytes))).toEqual(bytes);
    expectTruncationsRefused(bytes, decodeConfigureReporting, [0, 10, 18]);
  });

  it('answers say only what failed', () => {
    const mixed = [
      { status: 0, attribute: 1 },
      { status: 0x88, attribute: 0x12 },
    ];
    expect(encodeWriteResponse(mixed)).toEqual(hex('88 12 00'));
    expect(encodeWriteResponse([{ status: 0, attribute: 1 }])).toEqual(hex('00'));
    expect(encodeConfigureReportingResponse(mixed)).toEqual(hex('88 00 12 00'));
  });
});
