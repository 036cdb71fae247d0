// The Matter OTA image: read, checked, written. Spec: Matter 1.0 Core § 11.20.2, OTA software image file format. All
// little endian.
//
// | offset | width | meaning                                                      |
// |--------|-------|--------------------------------------------------------------|
// | 0      | 4     | file identifier 0x1BEEF11E                                   |
// | 4      | 8     | total size: this head, the header and the payload            |
// | 12     | 4     | header size                                                  |
// | 16     | …     | header: a TLV structure, tags as in Header below             |
// | …      | …     | payload, of the size and with the digest that the header has |
import { createHash } from 'node:crypto';
import { refuse as refuseWith } from './refusal.ts';
import { readStructure, type TlvField, writeStructure } from './tlv.ts';

const IDENTIFIER = 0x1beef11e;
const HEAD_BYTES = 16;
const HEADER_BYTES_MAX = 4_096;
/** Images of hubs and bridges are larger than those of lamps; a file beyond this is none that a home needs. */
export const MATTER_IMAGE_BYTES_MAX = 64 * 1024 * 1024;

/** Spec: Matter 1.0 Core § 11.20.2.4, tags of the header's fields. */
const Tag = {
  vendorId: 0,
  productId: 1,
  softwareVersion: 2,
  softwareVersionString: 3,
  payloadSize: 4,
  minVersion: 5,
  maxVersion: 6,
  releaseNotesUrl: 7,
  digestType: 8,
  digest: 9,
} as const;

/** The registry's numbers (IANA, named information hash algorithms), with how much of the hash is kept. */
const DIGESTS: Readonly<Record<number, { readonly hash: string; readonly bytes: number }>> = {
  1: { hash: 'sha256', bytes: 32 },
  2: { hash: 'sha256', bytes: 16 },
  3: { hash: 'sha256', bytes: 15 },
  4: { hash: 'sha256', bytes: 12 },
  5: { hash: 'sha256', bytes: 8 },
  6: { hash: 'sha256', bytes: 4 },
  7: { hash: 'sha384', bytes: 48 },
  8: { hash: 'sha512', bytes: 64 },
  9: { hash: 'sha3-224', bytes: 28 },
  10: { hash: 'sha3-256', bytes: 32 },
  11: { hash: 'sha3-384', bytes: 48 },
  12: { hash: 'sha3-512', bytes: 64 },
};
const SHA256 = 1;

export interface MatterOtaHeader {
  readonly vendorId: number;
  readonly productId: number;
  readonly softwareVersion: number;
  /** As people read it, 1 to 64 characters. */
  readonly softwareVersionString: string;
  readonly minVersion: number | null;
  readonly maxVersion: number | null;
  readonly releaseNotesUrl: string | null;
  /** A number of the registry, such as 1 for SHA-256. */
  readonly digestType: number;
}

export interface MatterOtaImage {
  readonly header: MatterOtaHeader;
  readonly payload: Uint8Array;
  /** What the header says of the payload; `hash` is the name that node:crypto has for it. */
  readonly digest: { readonly hash: string; readonly value: Uint8Array };
}

function refuse(en: string, zh: string): never {
  return refuseWith(
    { en, zh },
    {
      en: 'The file is damaged, or it is no Matter OTA image.',
      zh: '文件已损坏，或者不是 Matter OTA 固件。',
    },
  );
}

/** Whether the file says of itself that it is a Matter image. */
export function isMatterImage(file: Uint8Array): boolean {
  return file.length >= 4 && viewOf(file).getUint32(0, true) === IDENTIFIER;
}

/**
 * Reads a file and checks all that it says of itself, its digest included.
 * @throws ValidationError that names what is wrong
 */
export function readMatterImage(file: Uint8Array): MatterOtaImage {
  const image = parseMatterImage(file);
  demandDigest(image, createHash(image.digest.hash).update(image.payload).digest());
  return image;
}

/** @param hashed the hash of the payload @throws ValidationError where it is not the one of the header */
export function demandDigest({ digest }: MatterOtaImage, hashed: Buffer): void {
  if (hashed.subarray(0, digest.value.length).equals(digest.value)) return;
  refuse('The bytes of the image are not those of its digest', '固件的内容与它的摘要不符');
}

/** As `readMatterImage`, but for the digest, which takes long for a large image. */
export function parseMatterImage(file: Uint8Array): MatterOtaImage {
  if (file.length > MATTER_IMAGE_BYTES_MAX) {
    refuse(
      `The file has ${file.length} bytes; an image has at most ${MATTER_IMAGE_BYTES_MAX}`,
      `文件有 ${file.length} 字节；固件最多 ${MATTER_IMAGE_BYTES_MAX} 字节`,
    );
  }
  if (file.length < HEAD_BYTES) {
    refuse(
      `The image is cut off: ${file.length} bytes are there`,
      `固件不完整：只有 ${file.length} 字节`,
    );
  }
  const view = viewOf(file);
  if (view.getUint32(0, true) !== IDENTIFIER) {
    refuse('The file does not begin with 1E F1 EE 1B', '文件开头不是 1E F1 EE 1B');
  }
  const totalBytes = view.getBigUint64(4, true);
  if (totalBytes !== BigInt(file.length)) {
    const isShort = BigInt(file.length) < totalBytes;
    refuse(
      isShort
        ? `The image is cut off: ${file.length} of ${totalBytes} bytes are there`
        : `The file has ${file.length} bytes, more than the ${totalBytes} that it says`,
      isShort
        ? `固件不完整：只有 ${file.length}/${totalBytes} 字节`
        : `文件有 ${file.length} 字节，超过它自称的 ${totalBytes} 字节`,
    );
  }
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > HEADER_BYTES_MAX || HEAD_BYTES + headerBytes > file.length) {
    refuse(
      `The header says that it has ${headerBytes} bytes, more than can be`,
      `文件头自称有 ${headerBytes} 字节，这不可能`,
    );
  }
  const fields = readStructure(file.subarray(HEAD_BYTES, HEAD_BYTES + headerBytes), wrongHeader);
  const payload = file.subarray(HEAD_BYTES + headerBytes);
  const { header, payloadBytes, digest } = readHeader(fields);
  if (payloadBytes !== payload.length) {
    refuse(
      `The header says that ${payloadBytes} bytes follow it; there are ${payload.length}`,
      `文件头自称后面有 ${payloadBytes} 字节；实际有 ${payload.length} 字节`,
    );
  }
  return { header, payload, digest };
}

function readHeader(fields: ReadonlyMap<number, TlvField>) {
  const number = (tag: number, name: string, max: number): number | null => {
    const field = fields.get(tag);
    if (field === undefined) return null;
    if (field.kind === 'unsigned' && field.value <= BigInt(max)) return Number(field.value);
    return wrongHeader(`${name} is no number up to ${max}`);
  };
  const text = (tag: number, name: string, max: number): string | null => {
    const field = fields.get(tag);
    if (field === undefined) return null;
    if (field.kind === 'text' && field.value !== '' && field.value.length <= max) {
      return field.value;
    }
    return wrongHeader(`${name} is no text of 1 to ${max} characters`);
  };
  const needed = <Value>(value: Value | null, name: string): Value =>
    value ?? wrongHeader(`${name} is missing`);
  const digest = fields.get(Tag.digest);
  if (digest?.kind !== 'bytes') return wrongHeader('the digest is missing');
  const digestType = needed(
    number(Tag.digestType, 'the kind of digest', 0xff),
    'the kind of digest',
  );
  const kind = DIGESTS[digestType];
  if (kind === undefined) return wrongHeader(`its digest is of unknown kind ${digestType}`);
  if (digest.value.length !== kind.bytes) {
    wrongHeader(`its digest has ${digest.value.length} bytes, not ${kind.bytes}`);
  }
  const header: MatterOtaHeader = {
    vendorId: needed(number(Tag.vendorId, 'the vendor', 0xffff), 'the vendor'),
    productId: needed(number(Tag.productId, 'the product', 0xffff), 'the product'),
    softwareVersion: needed(number(Tag.softwareVersion, 'the version', 0xffff_ffff), 'the version'),
    softwareVersionString: needed(
      text(Tag.softwareVersionString, "the version's text", 64),
      "the version's text",
    ),
    minVersion: number(Tag.minVersion, 'the least version', 0xffff_ffff),
    maxVersion: number(Tag.maxVersion, 'the greatest version', 0xffff_ffff),
    releaseNotesUrl: text(Tag.releaseNotesUrl, 'the address of its notes', 256),
    digestType,
  };
  const payloadBytes = needed(
    number(Tag.payloadSize, 'the size', MATTER_IMAGE_BYTES_MAX),
    'the size',
  );
  return { header, payloadBytes, digest: { hash: kind.hash, value: digest.value } };
}

function wrongHeader(what: string): never {
  return refuse(`The header cannot be read: ${what}`, `无法读取文件头：${what}`);
}

function digestOf(type: number, payload: Uint8Array): Buffer {
  const digest = DIGESTS[type];
  if (digest === undefined) return wrongHeader(`its digest is of unknown kind ${type}`);
  return createHash(digest.hash).update(payload).digest().subarray(0, digest.bytes);
}

/** What an image is made of; what is left out is not in its header. */
export type NewMatterImage = Partial<MatterOtaHeader> &
  Pick<MatterOtaHeader, 'vendorId' | 'productId' | 'softwareVersion' | 'softwareVersionString'> & {
    readonly payload: Uint8Array;
  };

/** Writes an image. @throws ValidationError where a field does not fit */
export function writeMatterImage(source: NewMatterImage): Uint8Array {
  const { payload, minVersion = null, maxVersion = null, releaseNotesUrl = null } = source;
  const digestType = source.digestType ?? SHA256;
  const unsigned = (value: number): TlvField => {
    if (!Number.isSafeInteger(value) || value < 0) wrongHeader(`${value} is no whole number`);
    return { kind: 'unsigned', value: BigInt(value) };
  };
  const fields = new Map<number, TlvField>([
    [Tag.vendorId, unsigned(source.vendorId)],
    [Tag.productId, unsigned(source.productId)],
    [Tag.softwareVersion, unsigned(source.softwareVersion)],
    [Tag.softwareVersionString, { kind: 'text', value: source.softwareVersionString }],
    [Tag.payloadSize, unsigned(payload.length)],
  ]);
  if (minVersion !== null) fields.set(Tag.minVersion, unsigned(minVersion));
  if (maxVersion !== null) fields.set(Tag.maxVersion, unsigned(maxVersion));
  if (releaseNotesUrl !== null) {
    fields.set(Tag.releaseNotesUrl, { kind: 'text', value: releaseNotesUrl });
  }
  fields.set(Tag.digestType, unsigned(digestType));
  fields.set(Tag.digest, { kind: 'bytes', value: digestOf(digestType, payload) });
  const header = writeStructure(fields);
  const file = new Uint8Array(HEAD_BYTES + header.length + payload.length);
  const view = viewOf(file);
  view.setUint32(0, IDENTIFIER, true);
  view.setBigUint64(4, BigInt(file.length), true);
  view.setUint32(12, header.length, true);
  file.set(header, HEAD_BYTES);
  file.set(payload, HEAD_BYTES + header.length);
  // What is written can be read: a field that does not fit is found here and not by a node.
  readMatterImage(file);
  return file;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
