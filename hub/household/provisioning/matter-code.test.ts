// Matter codes in a provisioning file, against matter.js's own codec.
import { ManualPairingCodeCodec, QrPairingCodeCodec } from '@matter/main/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matterCodeProblem } from './matter-code.ts';

/** Spec: Matter 1.4 Core § 5.1.6.1: what a passcode cannot be. */
const passcode = fc
  .integer({ min: 1, max: 99_999_998 })
  .filter((code) => !/^(\d)\1{7}$|^12345678$|^87654321$/.test(String(code).padStart(8, '0')));
const discriminator = fc.integer({ min: 0, max: 4_095 });
const manual = fc
  .record({ passcode, discriminator })
  .map((code) => ManualPairingCodeCodec.encode(code));
const long = fc
  .record({
    passcode,
    discriminator,
    vendorId: fc.integer({ min: 1, max: 0xffff }),
    productId: fc.integer({ min: 1, max: 0xffff }),
  })
  .map((code) => ManualPairingCodeCodec.encode(code as never));

describe('a Matter code', () => {
  it('is taken with 11 and with 21 digits, with hyphens and spaces', () => {
    expect(matterCodeProblem('3497-011-2332')).toBeNull();
    expect(matterCodeProblem(' 34970112332 ')).toBeNull();
    fc.assert(
      fc.property(fc.oneof(manual, long), (code) => {
        expect(matterCodeProblem(code)).toBeNull();
      }),
    );
  });

  it('is refused with any one digit wrong and with any two neighbours swapped', () => {
    fc.assert(
      fc.property(manual, fc.nat(9), fc.integer({ min: 1, max: 9 }), (code, at, by) => {
        const wrong = [...code];
        wrong[at + 1] = String((Number(wrong[at + 1]) + by) % 10);
        expect(matterCodeProblem(wrong.join(''))?.en).toContain('mistyped');
        const swapped = [...code];
        [swapped[at], swapped[at + 1]] = [swapped[at + 1] ?? '', swapped[at] ?? ''];
        if (swapped.join('') !== code) expect(matterCodeProblem(swapped.join(''))).not.toBeNull();
      }),
    );
  });

  it('is refused when it is too short, too long or no code at all, and is never repeated', () => {
    expect(matterCodeProblem('3497011233')?.en).toContain('here are 10');
    expect(matterCodeProblem('349701123321')?.en).toContain('here are 12');
    expect(matterCodeProblem('over there')?.en).toContain('digits only');
    expect(matterCodeProblem('MT:Y.K90')?.en).toContain('not whole');
    expect(matterCodeProblem('34970112331')?.en).not.toContain('3497');
  });

  it('is taken as the text of a QR code', () => {
    fc.assert(
      fc.property(passcode, discriminator, (pass, discr) => {
        const text = QrPairingCodeCodec.encode([
          {
            ...{ version: 0, vendorId: 0xfff1, productId: 0x8000, flowType: 0 },
            ...{ discoveryCapabilities: 4, discriminator: discr, passcode: pass },
          },
        ]);
        expect(matterCodeProblem(text)).toBeNull();
      }),
    );
  });
});
