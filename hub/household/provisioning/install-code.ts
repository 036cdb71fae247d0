// Zigbee install codes as printed on a label. Spec: Zigbee Base Device Behavior 3.0 § 10.1: 6, 8, 12 or 16 bytes and
// their CRC-16 (X.25), least significant byte first.
import type { Words } from '../../model/words.ts';
import { entryMistakes } from './mistakes.ts';

const BYTES = [8, 10, 14, 18];

/** What is wrong with a code that is given in plain hexadecimal digits; null where nothing is, or where it is a QR text. */
export function installCodeProblem(code: string): Words | null {
  const digits = code.replaceAll(/[\s:-]/g, '');
  if (!/^[0-9a-fA-F]+$/.test(digits)) {
    const isQrText = /\$|%|Z:|I:/.test(code);
    return isQrText ? null : entryMistakes.installCodeDigits;
  }
  const bytes = Buffer.from(digits, 'hex');
  if (digits.length % 2 !== 0 || !BYTES.includes(bytes.length)) {
    return entryMistakes.installCodeLength(digits.length);
  }
  const wanted = bytes.readUInt16LE(bytes.length - 2);
  return crc16(bytes.subarray(0, -2)) === wanted ? null : entryMistakes.installCodeMistyped;
}

/** CRC-16/X-25: polynomial 0x1021 reflected, all ones at the start, inverted at the end. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc ^ 0xffff;
}
