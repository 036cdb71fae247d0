// The JSON of firmware: images of the catalogue in the public index's form, and what a device runs.
import * as v from 'valibot';

export const firmwareImageJson = v.object({
  fileName: v.string(),
  fileVersion: v.number(),
  imageType: v.number(),
  manufacturerCode: v.number(),
  fileSize: v.number(),
  sha512: v.string(),
  otaHeaderString: v.optional(v.string()),
  modelId: v.optional(v.string()),
  manufacturerName: v.optional(v.array(v.string())),
  minFileVersion: v.optional(v.number()),
  maxFileVersion: v.optional(v.number()),
  hardwareVersionMin: v.optional(v.number()),
  hardwareVersionMax: v.optional(v.number()),
  releaseNotes: v.optional(v.string()),
});
export type FirmwareImageJson = v.InferOutput<typeof firmwareImageJson>;

export const firmwareImportJson = v.object({
  added: v.array(firmwareImageJson),
  /** Files that were not taken, each with the reason. */
  refused: v.array(v.string()),
});
export type FirmwareImportJson = v.InferOutput<typeof firmwareImportJson>;

export const firmwareCheckJson = v.object({
  current: v.object({
    manufacturerCode: v.number(),
    imageType: v.number(),
    fileVersion: v.number(),
    hardwareVersion: v.nullable(v.number()),
  }),
  available: v.nullable(firmwareImageJson),
});
export type FirmwareCheckJson = v.InferOutput<typeof firmwareCheckJson>;
