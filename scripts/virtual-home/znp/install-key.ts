// The key that an install code stands for, as coordinator and node both work it out, and its checksum.

import { createCipheriv } from 'node:crypto';

const BLOCK = 16;

function encryptedBlock(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** AES-128 in the Matyas-Meyer-Oseas mode. Spec: Zigbee 05-3474-21 § B.6; for install codes: 13-0402-13 § 10.1. */
export function installKey(code: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((code.length + 3) / BLOCK) * BLOCK);
  code.copy(padded);
  padded[code.length] = 0x80;
  padded.writeUInt16BE(code.length * 8, padded.length - 2);
  let hash: Buffer = Buffer.alloc(BLOCK);
  for (let at = 0; at < padded.length; at += BLOCK) {
    const block = padded.subarray(at, at + BLOCK);
    hash = Buffer.from(encryptedBlock(hash, block).map((byte, i) => byte ^ (block[i] ?? 0)));
  }
  return hash;
}

/** CRC-16/X-25 of a code. Spec: Base Device Behavior 13-0402-13 § 10.1.2. */
export function installChecksum(code: Buffer): number {
  let crc = 0xffff;
  for (const byte of code) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return ~crc & 0xffff;
}

/** The code with its checksum behind it, low byte first. */
export function withChecksum(code: Buffer): Buffer {
  const whole = Buffer.alloc(code.length + 2);
  code.copy(whole);
  whole.writeUInt16LE(installChecksum(code), code.length);
  return whole;
}
