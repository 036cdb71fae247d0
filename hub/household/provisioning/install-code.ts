// Zigbee install codes as printed on a label. Spec: Zigbee Base Device Behavior 3.0 § 10.1: 6, 8, 12 or 16 bytes and
// their CRC-16 (X.25), least significant byte first.

const BYTES = [8, 10, 14, 18];

/** What is wrong with a code that is given in plain hexadecimal digits; null where nothing is, or where it is a QR text. */
export function installCodeProblem(code: string): string | null {
  const digits = code.replaceAll(/[\s:-]/g, '');
  if (!/^[0-9a-fA-F]+$/.test(digits)) {
    const isQrText = /\$|%|Z:|I:/.test(code);
    return isQrText ? null : 'An install code has hexadecimal digits only, 0–9 and A–F';
  }
  const bytes = Buffer.from(digits, 'hex');
  if (digits.length % 2 !== 0 || !BYTES.includes(bytes.length)) {
    return `An install code has 16, 20, 28 or 36 digits; this one has ${digits.length}`;
  }
  const wanted = bytes.readUInt16LE(bytes.length - 2);
  return crc16(bytes.subarray(0, -2)) === wanted
    ? null
    : 'The install code is mistyped: its last four digits do not check the others';
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
