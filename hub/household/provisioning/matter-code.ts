// Matter setup codes as printed on a device, checked before anything is looked for. Spec: Matter 1.4 Core § 5.1.3 (QR
// code) and § 5.1.4 (manual code: 11 digits, 21 where the first says so, the last a Verhoeff check digit).
import type { Words } from '../../model/words.ts';
import { entryMistakes } from './mistakes.ts';

const QR_TEXT = /^MT:[0-9A-Z.-]{19,}$/;
/** The first digit's bit that says that vendor and product follow. */
const IS_LONG = 4;

/** What is wrong with a code; null where nothing is. Never repeats the code, which opens the device. */
export function matterCodeProblem(code: string): Words | null {
  const text = code.trim();
  if (text.toUpperCase().startsWith('MT:')) {
    return QR_TEXT.test(text.toUpperCase()) ? null : entryMistakes.qrNotWhole;
  }
  const digits = text.replaceAll(/[\s-]/g, '');
  if (!/^\d+$/.test(digits)) {
    return entryMistakes.matterCodeDigits;
  }
  const wanted = (Number(digits[0]) & IS_LONG) === 0 ? 11 : 21;
  if (digits.length !== wanted) {
    return entryMistakes.matterCodeLength(wanted, digits.length);
  }
  return isVerhoeff(digits) ? null : entryMistakes.matterCodeMistyped;
}

/** Multiplication in the dihedral group of order 10. */
function product(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff's check: each digit is permuted as often as its place from the right says, and all multiply to 0. */
function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (const [place, digit] of [...digits].reverse().entries()) {
    let permuted = Number(digit);
    for (let times = 0; times < place % 8; times += 1) permuted = PERMUTATION[permuted] ?? 0;
    check = product(check, permuted);
  }
  return check === 0;
}
