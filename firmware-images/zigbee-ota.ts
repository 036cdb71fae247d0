// The Zigbee OTA image: read, checked, written. Spec: ZCL 07-5123 r8 § 11.4, OTA file format. All little endian.
//
// | offset | width | meaning                                                       |
// |--------|-------|---------------------------------------------------------------|
// | 0      | 4     | file identifier 0x0BEEF11E                                    |
// | 4      | 2     | header version, 0x0100                                        |
// | 6      | 2     | header length                                                 |
// | 8      | 2     | field control: bit 0 credential, 1 destination, 2 hardware    |
// | 10     | 2     | manufacturer code                                             |
// | 12     | 2     | image type                                                    |
// | 14     | 4     | file version                                                  |
// | 18     | 2     | Zigbee stack version                                          |
// | 20     | 32    | header string, padded with zeros                              |
// | 52     | 4     | total image size, header and elements                         |
// | 56     | 1     | security credential version, with bit 0                       |
// | …      | 8     | upgrade file destination (IEEE address), with bit 1           |
// | …      | 2 + 2 | minimum and maximum hardware version, with bit 2              |
//
// Then elements: tag (2), length (4), data. Vendors put bytes of their own before the identifier.
import type { Words } from '../hub/model/words.ts';
import { refuse as refuseWith } from './refusal.ts';

const IDENTIFIER = [0x1e, 0xf1, 0xee, 0x0b];
const IDENTIFIER_VALUE = 0x0beef11e;
const HEADER_VERSION = 0x0100;
const FIXED_HEADER_BYTES = 56;
const HEADER_STRING_BYTES = 32;
const ELEMENT_HEAD_BYTES = 6;
/** Telink's encrypted image has two bytes of information before its data that its length does not count. */
const TELINK_TAG = 0xf000;
const TELINK_INFORMATION_BYTES = 2;

/** Larger files are no firmware of a lamp. */
export const IMAGE_BYTES_MAX = 16 * 1024 * 1024;
const VENDOR_BYTES_MAX = 64 * 1024;
const ELEMENTS_MAX = 64;

export interface OtaHeader {
  readonly manufacturerCode: number;
  readonly imageType: number;
  readonly fileVersion: number;
  readonly stackVersion: number;
  readonly text: string;
  readonly securityCredentialVersion: number | null;
  /** The one node that the file is for, `0x` and 16 digits. */
  readonly destination: string | null;
  readonly hardwareVersions: { readonly min: number; readonly max: number } | null;
}

export interface OtaElement {
  readonly tag: number;
  readonly data: Uint8Array;
}

export interface OtaImage {
  readonly header: OtaHeader;
  readonly elements: readonly OtaElement[];
  /** Bytes of the vendor's own before the image, and padding behind it. */
  readonly leadingBytes: number;
  readonly trailingBytes: number;
  /** The image itself, as a node fetches it. */
  readonly image: Uint8Array;
}

const DAMAGED: Words = {
  en: 'The file is damaged, or it is no Zigbee OTA image.',
  zh: '文件已损坏，或者不是 Zigbee OTA 固件。',
};

function refuse(en: string, zh: string, hint = DAMAGED): never {
  return refuseWith({ en, zh }, hint);
}

function identifierAt(bytes: Uint8Array): number {
  const last = Math.min(bytes.length - IDENTIFIER.length, VENDOR_BYTES_MAX);
  for (let at = 0; at <= last; at += 1) {
    if (IDENTIFIER.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return refuse(
    'The file has no Zigbee OTA image in it: 1E F1 EE 0B is nowhere',
    '文件里没有 Zigbee OTA 固件：找不到 1E F1 EE 0B',
  );
}

/**
 * Reads a file and checks all that it says of itself.
 * @throws ValidationError that names what is wrong and at which byte
 */
export function readImage(file: Uint8Array): OtaImage {
  if (file.length > IMAGE_BYTES_MAX) {
    refuse(
      `The file has ${file.length} bytes; an image has at most ${IMAGE_BYTES_MAX}`,
      `文件有 ${file.length} 字节；固件最多 ${IMAGE_BYTES_MAX} 字节`,
    );
  }
  const leadingBytes = identifierAt(file);
  const bytes = file.subarray(leadingBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FIXED_HEADER_BYTES) {
    refuse(
      `The header is cut off: ${bytes.length} of ${FIXED_HEADER_BYTES} bytes are there`,
      `文件头不完整：只有 ${bytes.length}/${FIXED_HEADER_BYTES} 字节`,
    );
  }
  const headerVersion = view.getUint16(4, true);
  if (headerVersion !== HEADER_VERSION) {
    const version = headerVersion.toString(16);
    refuse(
      `The header is of version 0x${version}; 0x100 is known`,
      `文件头版本是 0x${version}；只认识 0x100`,
    );
  }
  const headerBytes = view.getUint16(6, true);
  const control = view.getUint16(8, true);
  const totalBytes = view.getUint32(52, true);
  const wanted =
    FIXED_HEADER_BYTES +
    ((control & 1) === 0 ? 0 : 1) +
    ((control & 2) === 0 ? 0 : 8) +
    ((control & 4) === 0 ? 0 : 4);
  if (headerBytes < wanted) {
    refuse(
      `The header says that it has ${headerBytes} bytes; its fields need ${wanted}`,
      `文件头自称有 ${headerBytes} 字节；它的字段需要 ${wanted} 字节`,
    );
  }
  if (totalBytes > bytes.length) {
    refuse(
      `The image is cut off: ${bytes.length} of ${totalBytes} bytes are there`,
      `固件不完整：只有 ${bytes.length}/${totalBytes} 字节`,
    );
  }
  if (totalBytes < headerBytes) {
    refuse(
      `The image says that it has ${totalBytes} bytes, fewer than its header's ${headerBytes}`,
      `固件自称有 ${totalBytes} 字节，比它的文件头 ${headerBytes} 字节还少`,
    );
  }
  const header = readHeader(bytes, view, control);
  const elements = readElements(bytes, view, { from: headerBytes, to: totalBytes });
  return {
    header,
    elements,
    leadingBytes,
    trailingBytes: bytes.length - totalBytes,
    image: bytes.subarray(0, totalBytes),
  };
}

function readHeader(bytes: Uint8Array, view: DataView, control: number): OtaHeader {
  let at = FIXED_HEADER_BYTES;
  let securityCredentialVersion: number | null = null;
  let destination: string | null = null;
  let hardwareVersions: OtaHeader['hardwareVersions'] = null;
  if ((control & 1) !== 0) {
    securityCredentialVersion = view.getUint8(at);
    at += 1;
  }
  if ((control & 2) !== 0) {
    destination = `0x${view.getBigUint64(at, true).toString(16).padStart(16, '0')}`;
    at += 8;
  }
  if ((control & 4) !== 0) {
    const min = view.getUint16(at, true);
    const max = view.getUint16(at + 2, true);
    if (min > max) {
      refuse(
        `The image is for hardware ${min} to ${max}, which is none`,
        `固件适用的硬件版本是 ${min} 到 ${max}，这不成立`,
      );
    }
    hardwareVersions = { min, max };
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(20, 20 + HEADER_STRING_BYTES));
  return {
    manufacturerCode: view.getUint16(10, true),
    imageType: view.getUint16(12, true),
    fileVersion: view.getUint32(14, true),
    stackVersion: view.getUint16(18, true),
    text: text.replace(/\0.*$/s, '').trim(),
    securityCredentialVersion,
    destination,
    hardwareVersions,
  };
}

function readElements(
  bytes: Uint8Array,
  view: DataView,
  range: { readonly from: number; readonly to: number },
): OtaElement[] {
  const elements: OtaElement[] = [];
  let at = range.from;
  while (at < range.to) {
    if (elements.length >= ELEMENTS_MAX) {
      refuse(
        `The image has more than ${ELEMENTS_MAX} elements`,
        `固件的元素超过 ${ELEMENTS_MAX} 个`,
      );
    }
    if (at + ELEMENT_HEAD_BYTES > range.to) {
      refuse(`The element at byte ${at} is cut off`, `第 ${at} 字节处的元素不完整`);
    }
    const tag = view.getUint16(at, true);
    const length = view.getUint32(at + 2, true);
    const from = at + ELEMENT_HEAD_BYTES + (tag === TELINK_TAG ? TELINK_INFORMATION_BYTES : 0);
    if (from + length > range.to) {
      refuse(
        `The element at byte ${at} has ${length} bytes, more than the image has left`,
        `第 ${at} 字节处的元素有 ${length} 字节，超过固件剩余的长度`,
      );
    }
    elements.push({ tag, data: bytes.subarray(from, from + length) });
    at = from + length;
  }
  if (elements.length === 0) {
    refuse('The image has a header and nothing behind it', '固件只有文件头，后面没有内容');
  }
  return elements;
}

/** What an image is made of; what is left out of the header is not in it. */
export type NewImage = Partial<OtaHeader> &
  Pick<OtaHeader, 'manufacturerCode' | 'imageType' | 'fileVersion'> & {
    readonly elements: readonly OtaElement[];
  };

const ZIGBEE_PRO = 2;

/** Writes an image. @throws ValidationError where a field does not fit or nothing would be in it */
export function writeImage(source: NewImage): Uint8Array {
  const { securityCredentialVersion = null, destination = null, hardwareVersions = null } = source;
  const text = new TextEncoder().encode(source.text ?? '');
  if (text.length > HEADER_STRING_BYTES) {
    refuse(
      `The header's text has ${text.length} bytes; 32 fit`,
      `文件头的文字有 ${text.length} 字节；最多 32 字节`,
      { en: 'Shorten it.', zh: '请缩短。' },
    );
  }
  if (source.elements.some(({ tag }) => tag === TELINK_TAG)) {
    refuse('Telink images cannot be written', '不能写入 Telink 固件', {
      en: 'Their two bytes of information are not kept.',
      zh: '它们的两个信息字节没有保留。',
    });
  }
  if (destination !== null && !/^0x[0-9a-f]{16}$/.test(destination)) {
    refuse(`"${destination}" is no IEEE address`, `“${destination}”不是 IEEE 地址`, {
      en: 'It is 0x and 16 hexadecimal digits.',
      zh: '格式是 0x 加 16 位十六进制数字。',
    });
  }
  const headerBytes =
    FIXED_HEADER_BYTES +
    (securityCredentialVersion === null ? 0 : 1) +
    (destination === null ? 0 : 8) +
    (hardwareVersions === null ? 0 : 4);
  const bodyBytes = source.elements.reduce(
    (sum, { data }) => sum + ELEMENT_HEAD_BYTES + data.length,
    0,
  );
  const bytes = new Uint8Array(headerBytes + bodyBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, IDENTIFIER_VALUE, true);
  view.setUint16(4, HEADER_VERSION, true);
  view.setUint16(6, headerBytes, true);
  view.setUint16(
    8,
    (securityCredentialVersion === null ? 0 : 1) |
      (destination === null ? 0 : 2) |
      (hardwareVersions === null ? 0 : 4),
    true,
  );
  view.setUint16(10, fits(source.manufacturerCode, 0xffff), true);
  view.setUint16(12, fits(source.imageType, 0xffff), true);
  view.setUint32(14, fits(source.fileVersion, 0xffff_ffff), true);
  view.setUint16(18, fits(source.stackVersion ?? ZIGBEE_PRO, 0xffff), true);
  bytes.set(text, 20);
  view.setUint32(52, bytes.length, true);
  let at = FIXED_HEADER_BYTES;
  if (securityCredentialVersion !== null) {
    view.setUint8(at, fits(securityCredentialVersion, 0xff));
    at += 1;
  }
  if (destination !== null) {
    view.setBigUint64(at, BigInt(destination), true);
    at += 8;
  }
  if (hardwareVersions !== null) {
    view.setUint16(at, fits(hardwareVersions.min, 0xffff), true);
    view.setUint16(at + 2, fits(hardwareVersions.max, 0xffff), true);
    at += 4;
  }
  for (const { tag, data } of source.elements) {
    view.setUint16(at, fits(tag, 0xffff), true);
    view.setUint32(at + 2, data.length, true);
    bytes.set(data, at + ELEMENT_HEAD_BYTES);
    at += ELEMENT_HEAD_BYTES + data.length;
  }
  // What is written can be read: a wrong combination is found here and not by a node.
  readImage(bytes);
  return bytes;
}

function fits(value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  return refuse(
    `${value} does not fit into a field of at most ${max}`,
    `${value} 超出字段的最大值 ${max}`,
    { en: 'Give a smaller number.', zh: '请给出更小的数字。' },
  );
}
