// An image of either protocol, as the catalogue and the command line need it: what it is for, and that it is whole.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FirmwareImage, FirmwareProtocol } from '../hub/model/firmware.ts';
import {
  demandDigest,
  isMatterImage,
  MATTER_IMAGE_BYTES_MAX,
  parseMatterImage,
} from './matter-ota.ts';
import { IMAGE_BYTES_MAX, readImage } from './zigbee-ota.ts';

/** The largest file of any protocol; what is larger is not even read. */
export const FILE_BYTES_MAX = Math.max(IMAGE_BYTES_MAX, MATTER_IMAGE_BYTES_MAX);
/** About a millisecond of hashing; between two of them others have their turn. */
const HASH_STEP_BYTES = 256 * 1024;

/** What a file says of itself. */
export interface ReadFile
  extends Pick<
    FirmwareImage,
    | 'manufacturerCode'
    | 'imageType'
    | 'fileVersion'
    | 'minFileVersion'
    | 'maxFileVersion'
    | 'hardwareVersionMin'
    | 'hardwareVersionMax'
  > {
  readonly protocol: FirmwareProtocol;
  readonly otaHeaderString: string;
  /** Where its notes can be read. */
  readonly notesUrl: string | null;
  /** Of the image itself, as a node fetches it. */
  readonly imageBytes: number;
  readonly elements: readonly { readonly tag: number; readonly bytes: number }[];
}

/** @throws ValidationError that names what is wrong with the file */
export async function readFirmwareFile(bytes: Uint8Array): Promise<ReadFile> {
  if (!isMatterImage(bytes)) return readZigbee(bytes);
  const image = parseMatterImage(bytes);
  demandDigest(image, await hashOf(image.digest.hash, image.payload));
  const { header } = image;
  const { minVersion, maxVersion } = header;
  return {
    protocol: 'matter',
    manufacturerCode: header.vendorId,
    imageType: header.productId,
    fileVersion: header.softwareVersion,
    otaHeaderString: header.softwareVersionString,
    ...(minVersion === null ? {} : { minFileVersion: minVersion }),
    ...(maxVersion === null ? {} : { maxFileVersion: maxVersion }),
    notesUrl: header.releaseNotesUrl,
    imageBytes: bytes.length,
    elements: [],
  };
}

function readZigbee(bytes: Uint8Array): ReadFile {
  const { header, elements, image } = readImage(bytes);
  const { manufacturerCode, imageType, fileVersion, hardwareVersions, text } = header;
  return {
    protocol: 'zigbee',
    manufacturerCode,
    imageType,
    fileVersion,
    otaHeaderString: text,
    ...(hardwareVersions === null
      ? {}
      : { hardwareVersionMin: hardwareVersions.min, hardwareVersionMax: hardwareVersions.max }),
    notesUrl: null,
    imageBytes: image.length,
    elements: elements.map(({ tag, data }) => ({ tag, bytes: data.length })),
  };
}

/** A hash of many bytes that keeps nobody waiting for long. */
export async function hashOf(algorithm: string, bytes: Uint8Array): Promise<Buffer> {
  const hash = createHash(algorithm);
  for (let at = 0; at < bytes.length; at += HASH_STEP_BYTES) {
    hash.update(bytes.subarray(at, at + HASH_STEP_BYTES));
    if (at + HASH_STEP_BYTES < bytes.length) await nextTurn();
  }
  return hash.digest();
}
