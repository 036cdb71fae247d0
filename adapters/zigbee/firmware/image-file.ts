// The file of an image as zigbee-herdsman is given it. The library takes a path and reads it by itself, later: so the
// file is read here once, verified, and handed on as a file without a name, which nobody can put another in place of.
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ValidationError } from '../../../hub/model/errors.ts';
import type { FirmwareOffer } from '../../../hub/model/firmware.ts';

export interface ImageFile {
  readonly path: string;
  /** Of the image itself, without what the vendor put before and behind it. */
  readonly imageBytes: number;
  /** May be called twice. */
  close(): void;
}

/** Spec: ZCL 07-5123 r8 § 11.4.2, OTA file identifier and total image size. */
const IDENTIFIER = Buffer.from([0x1e, 0xf1, 0xee, 0x0b]);
const TOTAL_SIZE_AT = 52;

/** @throws ValidationError where the file is not the one of its checksum */
export function openImageFile({ path: file, fileSize, sha512 }: FirmwareOffer): ImageFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return refuse(file, error);
  }
  const hash = createHash('sha512').update(bytes).digest('hex');
  if (bytes.length !== fileSize || hash !== sha512) return refuse(file, undefined);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-ota-'));
  const copy = path.join(folder, 'image');
  const descriptor = openSync(copy, 'wx+', 0o600);
  try {
    rmSync(folder, { recursive: true });
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  let isOpen = true;
  return {
    path: `/proc/self/fd/${descriptor}`,
    imageBytes: bytes.readUInt32LE(bytes.indexOf(IDENTIFIER) + TOTAL_SIZE_AT),
    close() {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

function refuse(file: string, cause: unknown): never {
  throw new ValidationError(`${path.basename(file).slice(0, 24)} is not the file of its checksum`, {
    hint: 'It was changed on the disk. Import the image again from where it came.',
    zh: {
      message: `${path.basename(file).slice(0, 24)} 与它的校验和不符`,
      hint: '它在磁盘上被改动过。请从来源重新导入固件。',
    },
    cause,
  });
}
