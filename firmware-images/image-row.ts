// A row of an index of images, in the form of the public index of Zigbee images (Koenkk/zigbee-OTA), and whether an
// image is for a device.
import * as v from 'valibot';
import type { FirmwareIdentity, FirmwareImage } from '../hub/model/firmware.ts';
import type { Words } from '../hub/model/words.ts';

const uint = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));

/** One row; what it has beyond these fields is left out. */
export const imageRow = v.object({
  fileName: v.pipe(v.string(), v.regex(/^[^/\\]{1,200}$/), v.notValue('.'), v.notValue('..')),
  protocol: v.optional(v.picklist(['zigbee', 'matter'])),
  fileVersion: uint,
  imageType: uint,
  manufacturerCode: uint,
  fileSize: uint,
  sha512: v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{128}$/), v.toLowerCase()),
  otaHeaderString: v.optional(text(200)),
  modelId: v.optional(text(200)),
  manufacturerName: v.optional(v.pipe(v.array(text(200)), v.maxLength(200))),
  minFileVersion: v.optional(uint),
  maxFileVersion: v.optional(uint),
  hardwareVersionMin: v.optional(uint),
  hardwareVersionMax: v.optional(uint),
  releaseNotes: v.optional(text(8_000)),
});

/** A row of the hub's own index, which also says why the image is trusted. */
export const storedRow = v.object({
  ...imageRow.entries,
  origin: v.optional(
    v.variant('kind', [
      v.object({ kind: v.literal('signed'), manifest: v.string(), version: v.number() }),
      v.object({ kind: v.literal('own'), by: v.string(), atMs: v.number() }),
    ]),
  ),
});

/** What is known of the device beyond what its firmware says of itself. */
export interface ImageWanted extends FirmwareIdentity {
  readonly protocol: string;
  readonly model: string;
  readonly manufacturer: string;
}

const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;

/** Why the image is not for the device; null where it is. Its version is judged only without `anyVersion`. */
export function whyNot(
  image: FirmwareImage,
  wanted: ImageWanted,
  anyVersion = false,
): Words | null {
  const { fileVersion, hardwareVersion } = wanted;
  const isMatter = image.protocol === 'matter';
  if (isMatter !== (wanted.protocol === 'matter')) {
    const of = isMatter ? 'Matter' : 'Zigbee';
    return { en: `the image is for ${of}`, zh: `固件适用于 ${of}` };
  }
  if (image.manufacturerCode !== wanted.manufacturerCode) {
    const [its, own] = [hex(image.manufacturerCode, 4), hex(wanted.manufacturerCode, 4)];
    return {
      en: `the image is of manufacturer ${its}, the device of ${own}`,
      zh: `固件的制造商是 ${its}，设备的是 ${own}`,
    };
  }
  if (image.imageType !== wanted.imageType) {
    const [its, own] = [hex(image.imageType, 4), hex(wanted.imageType, 4)];
    return {
      en: `the image is of type ${its}, the device takes ${own}`,
      zh: `固件的类型是 ${its}，设备需要 ${own}`,
    };
  }
  const name = notNamed(image, wanted);
  if (name !== null) return name;
  const { hardwareVersionMin: min = 0, hardwareVersionMax: max = 0xffff } = image;
  if (hardwareVersion !== null && (hardwareVersion < min || hardwareVersion > max)) {
    return {
      en: `the image is for hardware ${min} to ${max}, the device has ${hardwareVersion}`,
      zh: `固件适用于硬件 ${min} 到 ${max}，设备是 ${hardwareVersion}`,
    };
  }
  if (anyVersion) return null;
  const { minFileVersion: from = 0, maxFileVersion: to = 0xffff_ffff } = image;
  if (fileVersion < from || fileVersion > to) {
    return {
      en: `the image is for firmware ${hex(from, 8)} to ${hex(to, 8)}, the device runs ${hex(fileVersion, 8)}`,
      zh: `固件适用于版本 ${hex(from, 8)} 到 ${hex(to, 8)}，设备运行 ${hex(fileVersion, 8)}`,
    };
  }
  if (image.fileVersion > fileVersion) return null;
  const [its, own] = [hex(image.fileVersion, 8), hex(fileVersion, 8)];
  return {
    en: `the image is ${its}, not newer than ${own} that the device runs`,
    zh: `固件是 ${its}，不比设备运行的 ${own} 新`,
  };
}

/** Why the image is not for a device that is called so; null where it is, or where it says no names. */
export function notNamed(
  image: FirmwareImage,
  { model, manufacturer, names }: Pick<ImageWanted, 'model' | 'manufacturer' | 'names'>,
): Words | null {
  const { modelId, manufacturerName, otaHeaderString } = image;
  const { modelIds = [], manufacturerNames = [], otaHeaderString: header = null } = names ?? {};
  if (modelId !== undefined && modelId !== model && !modelIds.includes(modelId)) {
    const own = modelIds[0] ?? model;
    return {
      en: `the image is for the model ${modelId}, the device is ${own}`,
      zh: `固件适用于型号 ${modelId}，设备是 ${own}`,
    };
  }
  const isMade = (by: string) => by === manufacturer || manufacturerNames.includes(by);
  if (manufacturerName !== undefined && !manufacturerName.some(isMade)) {
    const own = manufacturerNames[0] ?? manufacturer;
    return {
      en: `the image is for ${manufacturerName.join(', ')}, the device is by ${own}`,
      zh: `固件适用于 ${manufacturerName.join('、')}，设备由 ${own} 制造`,
    };
  }
  if (header === null || header === otaHeaderString) return null;
  return {
    en: `the image is "${otaHeaderString ?? ''}", the device takes only "${header}"`,
    zh: `固件是“${otaHeaderString ?? ''}”，设备只接受“${header}”`,
  };
}

/** The newest image that is for the device and newer than what it runs. */
export function findImage(
  images: readonly FirmwareImage[],
  wanted: ImageWanted,
): FirmwareImage | null {
  const fitting = images.filter((image) => whyNot(image, wanted) === null);
  return fitting.sort((a, b) => b.fileVersion - a.fileVersion)[0] ?? null;
}

/** An image as people read it. */
export const imageName = ({ otaHeaderString, fileName }: FirmwareImage): string =>
  otaHeaderString || fileName;
