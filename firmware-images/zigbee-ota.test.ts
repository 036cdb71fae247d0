// The OTA file format: a header written by hand after the specification's table, what is read is what was written, and
// every file that is cut off or lies about itself is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImage, writeImage } from './zigbee-ota.ts';

/** After the table of ZCL 07-5123 r8 § 11.4.2, with all optional fields; one upgrade image of four bytes. */
const VECTOR = Buffer.from(
  [
    '1ef1ee0b 0001 4500 0700 7c11 0122 93300823 0200',
    '5452414446524920322e332e3039330000000000000000000000000000000000',
    '4f000000 02 0110 6afeff570b00 0100 0200',
    '0000 04000000 deadbeef',
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);

describe('a Zigbee OTA image', () => {
  it('is read field by field', () => {
    const { header, elements, leadingBytes, trailingBytes } = readImage(VECTOR);
    expect(header).toEqual({
      manufacturerCode: 0x117c,
      imageType: 0x2201,
      fileVersion: 0x23083093,
      stackVersion: 2,
      text: 'TRADFRI 2.3.093',
      securityCredentialVersion: 2,
      destination: '0x000b57fffe6a1001',
      hardwareVersions: { min: 1, max: 2 },
    });
    expect(elements.map(({ tag, data }) => [tag, [...data]])).toEqual([
      [0, [0xde, 0xad, 0xbe, 0xef]],
    ]);
    expect([leadingBytes, trailingBytes]).toEqual([0, 0]);
  });

  it('is written as it was read', () => {
    const { header, elements } = readImage(VECTOR);
    expect(Buffer.from(writeImage({ ...header, elements })).toString('hex')).toBe(
      VECTOR.toString('hex'),
    );
  });

  it('comes back whole, whatever fields and elements it has', () => {
    const whole = fc.record({
      manufacturerCode: fc.nat(0xffff),
      imageType: fc.nat(0xffff),
      fileVersion: fc.nat(0xffff_ffff),
      stackVersion: fc.nat(0xffff),
      text: fc.stringMatching(/^[a-z0-9.]{0,32}$/),
      securityCredentialVersion: fc.option(fc.nat(0xff)),
      destination: fc.option(fc.stringMatching(/^0x[0-9a-f]{16}$/)),
      hardwareVersions: fc.option(fc.nat(0xffff).map((min) => ({ min, max: 0xffff }))),
      elements: fc.array(
        fc.record({ tag: fc.nat(0xefff), data: fc.uint8Array({ maxLength: 40 }) }),
        { minLength: 1, maxLength: 5 },
      ),
    });
    fc.assert(
      fc.property(whole, ({ elements, ...header }) => {
        const read = readImage(writeImage({ ...header, elements }));
        expect(read.header).toEqual(header);
        expect(read.elements).toEqual(elements);
      }),
      { numRuns: 200 },
    );
  });

  it('may have bytes of its vendor before it, and padding behind', () => {
    const file = Buffer.concat([Buffer.from('NGIS vendor bytes'), VECTOR, Buffer.alloc(7)]);
    const { leadingBytes, trailingBytes, image } = readImage(file);
    expect([leadingBytes, trailingBytes]).toEqual([17, 7]);
    expect(Buffer.from(image)).toEqual(VECTOR);
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < VECTOR.length; length += 1) {
      expect(() => readImage(VECTOR.subarray(0, length)), `${length} bytes`).toThrow(
        /cut off|no Zigbee OTA image/,
      );
    }
  });

  it('is refused where it lies about itself, and says how', () => {
    const changed = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(VECTOR);
      change(bytes);
      return () => readImage(bytes);
    };
    expect(changed((bytes) => bytes.writeUInt16LE(0x200, 4))).toThrow(/version 0x200/);
    expect(changed((bytes) => bytes.writeUInt16LE(56, 6))).toThrow(/its fields need 69/);
    expect(changed((bytes) => bytes.writeUInt32LE(60, 52))).toThrow(/fewer than its header/);
    expect(changed((bytes) => bytes.writeUInt32LE(500, 71))).toThrow(
      /more than the image has left/,
    );
    expect(changed((bytes) => bytes.writeUInt16LE(9, 65))).toThrow(/which is none/);
    expect(changed((bytes) => bytes.writeUInt32LE(69, 52))).toThrow(/nothing behind it/);
    expect(() => readImage(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(/at most/);
  });

  it('is not written with what does not fit', () => {
    const source = { manufacturerCode: 1, imageType: 1, fileVersion: 1, elements: [] };
    expect(() => writeImage(source)).toThrow(/nothing behind it/);
    const elements = [{ tag: 0, data: new Uint8Array(1) }];
    expect(() => writeImage({ ...source, elements, manufacturerCode: 70_000 })).toThrow(/70000/);
    expect(() => writeImage({ ...source, elements, text: 'x'.repeat(33) })).toThrow(/32 fit/);
  });
});
