// The Matter OTA format: an image that matter.js 0.17.9 wrote (OtaImageWriter of @matter/protocol) and one by hand
// after the specification's table; what is read is what was written, and what is cut off or lies is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../hub/model/errors.ts';
import { readMatterImage, writeMatterImage } from './matter-ota.ts';

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

/** By hand after Matter 1.0 Core § 11.20.2: all fields, four bytes of payload, SHA-256 of deadbeef. */
const BY_HAND = hex(
  '1ef1ee1b 6e00000000000000 5a000000',
  '15 2500f1ff 25010080 240202 2c0303322e30 240404 240501 240601',
  '2c0715 68747470733a2f2f6578616d706c652e6f72672f6e',
  '240801 300920 5f78c33274e43fa9de5659265c1d917e25c03722dcb0b8d27db8d5feaa813953 18',
  'deadbeef',
);

/** Written by matter.js: OtaImageWriter.create(crypto, {vendorId: 0xfff1, productId: 0x8000, …}). */
const BY_LIBRARY = hex(
  '1ef1ee1b790000000000000061000000152500f1ff250100802602020001002c0305312e302e3224',
  '04082408083009401818cc2acd207880a07afc360fd0da87e51ccf17e7c604c4eb16be5788322724',
  'c298e1fcc66eb293926993141ef0863c09eda383188cf5df49b910aacac17ec51801020304050607',
  '08',
);

describe('a Matter OTA image', () => {
  it('is read field by field', () => {
    const { header, payload } = readMatterImage(BY_HAND);
    expect(header).toEqual({
      ...{ vendorId: 0xfff1, productId: 0x8000, softwareVersion: 2, softwareVersionString: '2.0' },
      ...{ minVersion: 1, maxVersion: 1, releaseNotesUrl: 'https://example.org/n', digestType: 1 },
    });
    expect([...payload]).toEqual([0xde, 0xad, 0xbe, 0xef]);
  });

  it.each([
    ['by hand', BY_HAND],
    ['by matter.js', BY_LIBRARY],
  ])('is written as it was read: %s', (_, vector) => {
    const { header, payload } = readMatterImage(vector);
    const written = Buffer.from(writeMatterImage({ ...header, payload }));
    expect(written.toString('hex')).toBe(vector.toString('hex'));
  });

  it('comes back whole, whatever it holds', () => {
    const whole = fc.record({
      vendorId: fc.nat(0xffff),
      productId: fc.nat(0xffff),
      softwareVersion: fc.nat(0xffff_ffff),
      softwareVersionString: fc.stringMatching(/^[a-z0-9.]{1,64}$/),
      minVersion: fc.option(fc.nat(0xffff_ffff)),
      maxVersion: fc.option(fc.nat(0xffff_ffff)),
      releaseNotesUrl: fc.option(fc.stringMatching(/^https:\/\/[a-z]{1,40}$/)),
      digestType: fc.integer({ min: 1, max: 12 }),
      payload: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(whole, ({ payload, ...header }) => {
        const read = readMatterImage(writeMatterImage({ ...header, payload }));
        expect(read.header).toEqual(header);
        expect(read.payload).toEqual(payload);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused wherever it is cut off, and with bytes behind it', () => {
    for (let length = 0; length < BY_HAND.length; length += 1) {
      expect(() => readMatterImage(BY_HAND.subarray(0, length)), `${length} bytes`).toThrow(
        ValidationError,
      );
    }
    const longer = Buffer.concat([BY_HAND, Buffer.alloc(1)]);
    expect(() => readMatterImage(longer)).toThrow(/more than the 110/);
  });

  it('is refused where any bit of it was changed', () => {
    let refused = 0;
    for (let at = 0; at < BY_HAND.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bytes = Buffer.from(BY_HAND);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        const read = (): unknown => {
          try {
            return readMatterImage(bytes).payload;
          } catch (error) {
            return error;
          }
        };
        const result = read();
        if (result instanceof ValidationError) refused += 1;
        // What is still an image says something else of itself, and has the very payload that was signed for.
        else expect(result, `bit ${bit} of byte ${at}`).toEqual(BY_HAND.subarray(-4));
      }
    }
    expect(refused).toBeGreaterThan(600);
  });

  it('is not written with what does not fit', () => {
    const source = {
      ...{ vendorId: 1, productId: 1, softwareVersion: 1, softwareVersionString: '1' },
      payload: new Uint8Array(1),
    };
    expect(() => writeMatterImage({ ...source, vendorId: 70_000 })).toThrow(/vendor/);
    expect(() => writeMatterImage({ ...source, softwareVersionString: '' })).toThrow(/text/);
    expect(() => writeMatterImage({ ...source, digestType: 99 })).toThrow(/unknown kind 99/);
    expect(() => writeMatterImage({ ...source, softwareVersion: -1 })).toThrow(/no whole number/);
  });
});
