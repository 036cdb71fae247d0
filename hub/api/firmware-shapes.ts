// The JSON of firmware: images of the catalogue in the public index's form, and what a device runs.
import * as v from 'valibot';
import { labelJson, timeJson } from './shapes.ts';

export const firmwareImageJson = v.object({
  fileName: v.string(),
  protocol: v.picklist(['zigbee', 'matter']),
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
  /** The signed list that it came with, and its version. */
  signedBy: v.nullable(v.string()),
  /** Who took it although nobody has signed it. */
  takenBy: v.nullable(v.string()),
});
export type FirmwareImageJson = v.InferOutput<typeof firmwareImageJson>;

/** The image failed on this device, so it goes to no other of its kind by itself. */
export const firmwareHoldJson = v.object({
  device: v.string(),
  name: v.string(),
  reason: labelJson,
  at: timeJson,
});
export type FirmwareHoldJson = v.InferOutput<typeof firmwareHoldJson>;

export const listedImageJson = v.object({
  ...firmwareImageJson.entries,
  /** Devices that run something older, as far as it is known. */
  devices: v.array(v.string()),
  hold: v.nullable(firmwareHoldJson),
});
export type ListedImageJson = v.InferOutput<typeof listedImageJson>;

/** The result of a job of kind `rollout`. */
export const rolloutJson = v.object({
  parts: v.array(
    v.object({
      device: v.string(),
      name: v.string(),
      /** Devices of one kind; the canary goes first. */
      group: v.string(),
      image: v.string(),
      isCanary: v.boolean(),
      state: v.picklist(['waiting', 'updating', 'watched', 'done', 'failed', 'leftAlone']),
      job: v.nullable(v.string()),
      reason: v.nullable(labelJson),
    }),
  ),
});
export type RolloutJson = v.InferOutput<typeof rolloutJson>;

export const firmwareImportJson = v.object({
  added: v.array(firmwareImageJson),
  /** Files that were not taken, each with the reason. */
  refused: v.array(v.object({ file: v.string(), reason: labelJson })),
  /** Images that the same publisher lists no more. */
  withdrawn: v.array(firmwareImageJson),
  manifest: v.nullable(v.object({ name: v.string(), version: v.number() })),
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
  hold: v.nullable(firmwareHoldJson),
});
export type FirmwareCheckJson = v.InferOutput<typeof firmwareCheckJson>;
