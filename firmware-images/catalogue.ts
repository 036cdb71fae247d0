// The hub's own catalogue of firmware: a folder with the images and an index in the public index's form. An image is
// verified before it is parsed, and again before it is sent; nothing is ever fetched from elsewhere.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { HubError, toProblem, ValidationError } from '../hub/model/errors.ts';
import type { FirmwareIdentity, FirmwareImage } from '../hub/model/firmware.ts';
import { IMAGE_BYTES_MAX, readImage } from './zigbee-ota.ts';

const INDEX = 'index.json';
const INDEX_BYTES_MAX = 16 * 1024 * 1024;
const IMAGES_MAX = 2_000;

const uint = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const row = v.object({
  fileName: v.pipe(v.string(), v.regex(/^[^/\\]{1,200}$/), v.notValue('..')),
  fileVersion: uint,
  imageType: uint,
  manufacturerCode: uint,
  fileSize: uint,
  sha512: v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{128}$/), v.toLowerCase()),
  otaHeaderString: v.optional(v.string()),
  modelId: v.optional(v.string()),
  manufacturerName: v.optional(v.array(v.string())),
  minFileVersion: v.optional(uint),
  maxFileVersion: v.optional(uint),
  hardwareVersionMin: v.optional(uint),
  hardwareVersionMax: v.optional(uint),
  releaseNotes: v.optional(v.string()),
});

/** What is known of the device beyond what its firmware says of itself. */
export interface ImageWanted extends FirmwareIdentity {
  readonly model: string;
  readonly manufacturer: string;
}

/** The newest image that is for the device and newer than what it runs. */
export function findImage(
  images: readonly FirmwareImage[],
  wanted: ImageWanted,
): FirmwareImage | null {
  const { fileVersion, hardwareVersion } = wanted;
  const fitting = images.filter(
    (image) =>
      image.manufacturerCode === wanted.manufacturerCode &&
      image.imageType === wanted.imageType &&
      image.fileVersion > fileVersion &&
      (image.minFileVersion === undefined || fileVersion >= image.minFileVersion) &&
      (image.maxFileVersion === undefined || fileVersion <= image.maxFileVersion) &&
      (image.modelId === undefined || image.modelId === wanted.model) &&
      (image.manufacturerName === undefined ||
        image.manufacturerName.includes(wanted.manufacturer)) &&
      (hardwareVersion === null ||
        ((image.hardwareVersionMin ?? 0) <= hardwareVersion &&
          hardwareVersion <= (image.hardwareVersionMax ?? 0xffff))),
  );
  return fitting.sort((a, b) => b.fileVersion - a.fileVersion)[0] ?? null;
}

export class Catalogue {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws HubError `storage` when the index is damaged */
  async list(): Promise<FirmwareImage[]> {
    return (await readIndex(path.join(this.#folder, INDEX))) ?? [];
  }

  /** The absolute path of an image whose bytes are still those of its checksum. */
  async verified(image: FirmwareImage): Promise<{ path: string; imageBytes: number }> {
    const file = path.join(this.#folder, image.fileName);
    const bytes = await readLimited(file);
    checkSum(bytes, image);
    return { path: file, imageBytes: readImage(bytes).image.length };
  }

  /** Takes a file, or all images of a folder. What is refused is told and does not hold up the others. */
  async import(source: string): Promise<{ added: FirmwareImage[]; refused: string[] }> {
    const files = await sourcesOf(source);
    const added: FirmwareImage[] = [];
    const refused: string[] = [];
    for (const { file, listed } of files) {
      try {
        added.push(await this.#take(file, listed));
      } catch (error) {
        const { message } = toProblem(error);
        refused.push(`${path.basename(file)}: ${message}`);
      }
    }
    if (added.length === 0) {
      throw new ValidationError(`There is no image in ${source} that can be taken`, {
        hint: refused[0] ?? 'Name an OTA file, or a folder that has some.',
      });
    }
    const kept = (await this.list()).filter(
      ({ fileName }) => !added.some((image) => image.fileName === fileName),
    );
    await writeWhole(
      path.join(this.#folder, INDEX),
      Buffer.from(`${JSON.stringify([...kept, ...added], null, 2)}\n`),
    );
    return { added, refused };
  }

  async #take(file: string, listed: FirmwareImage | null): Promise<FirmwareImage> {
    const bytes = await readLimited(file);
    if (listed !== null) checkSum(bytes, listed);
    const { header } = readImage(bytes);
    const { manufacturerCode, imageType, fileVersion, hardwareVersions, text } = header;
    const isAsListed =
      listed === null ||
      (listed.manufacturerCode === manufacturerCode &&
        listed.imageType === imageType &&
        listed.fileVersion === fileVersion);
    if (!isAsListed) throw new ValidationError('the index says another image than the file holds');
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
    const fileName = `${hex(manufacturerCode, 4)}-${hex(imageType, 4)}-${hex(fileVersion, 8)}.ota`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeWhole(path.join(this.#folder, fileName), bytes);
    return {
      ...listed,
      ...(hardwareVersions === null
        ? {}
        : { hardwareVersionMin: hardwareVersions.min, hardwareVersionMax: hardwareVersions.max }),
      fileName,
      fileVersion,
      imageType,
      manufacturerCode,
      fileSize: bytes.length,
      sha512: sha512(bytes),
      otaHeaderString: text,
    };
  }
}

function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}

function checkSum(bytes: Uint8Array, image: FirmwareImage): void {
  if (bytes.length === image.fileSize && sha512(bytes) === image.sha512) return;
  throw new ValidationError(`${image.fileName} is not the file of its checksum`, {
    hint: 'Import it again from where it came.',
  });
}

/** @throws ValidationError for a file that cannot be read or is too large */
export async function readLimited(file: string, bytesMax = IMAGE_BYTES_MAX): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size <= bytesMax) return await readFile(file);
  } catch (error) {
    throw new ValidationError(`${file} cannot be read`, { cause: error });
  }
  throw new ValidationError(`${file} is larger than ${bytesMax} bytes`);
}

async function readIndex(file: string): Promise<FirmwareImage[] | null> {
  let text: string;
  try {
    await stat(file);
    text = (await readLimited(file, INDEX_BYTES_MAX)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return v.parse(v.pipe(v.array(row), v.maxLength(IMAGES_MAX)), JSON.parse(text));
  } catch (error) {
    throw new HubError('storage', `${file} is not an index of firmware images`, {
      hint: 'Move it away and import the images again.',
      cause: error,
    });
  }
}

interface Source {
  readonly file: string;
  readonly listed: FirmwareImage | null;
}

/** Images to take: the file itself, those that a folder's index lists, else whatever looks like one. */
async function sourcesOf(source: string): Promise<Source[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(source)).isDirectory();
  } catch (error) {
    throw new ValidationError(`There is no ${source}`, { cause: error });
  }
  if (!isFolder) return [{ file: source, listed: null }];
  const index = await readIndex(path.join(source, INDEX));
  if (index !== null) {
    return index.map((listed) => ({ file: path.join(source, listed.fileName), listed }));
  }
  const names = (await readdir(source)).filter((name) => /\.(ota|zigbee|bin|sbl-ota)$/i.test(name));
  return names
    .slice(0, IMAGES_MAX)
    .map((name) => ({ file: path.join(source, name), listed: null }));
}

/** Temporary file, fsync, rename. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
