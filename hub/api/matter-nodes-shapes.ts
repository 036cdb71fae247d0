// What the API takes and gives of a Matter device that others may use, too.
import * as v from 'valibot';
import { WINDOW_SECONDS } from '../model/matter-node.ts';
import { problemJson, timeJson } from './shapes.ts';

const { min, max } = WINDOW_SECONDS;
/** Of a device, or of the bridge. */
export const matterWindowBody = v.strictObject({
  /** How long another controller may add it: 180 to 900. */
  seconds: v.optional(
    v.pipe(
      v.number(),
      v.integer('must be a whole number'),
      v.minValue(min, `must be at least ${min}`),
      v.maxValue(max, `must be at most ${max}`),
    ),
    max,
  ),
});

export const matterWindowJson = v.object({
  /** Null: somebody else has opened it, and has the code. */
  manualCode: v.nullable(v.string()),
  qrText: v.nullable(v.string()),
  closesAt: v.nullable(timeJson),
});
export type MatterWindowJson = v.InferOutput<typeof matterWindowJson>;

/** A home that the device belongs to. */
export const matterFabricJson = v.object({
  /** Its number at this device. */
  index: v.number(),
  /** It is this hub. */
  own: v.boolean(),
  /** As its controller has named it; may be empty. */
  label: v.string(),
  /** The maker of its controller, where that is known. */
  vendor: v.nullable(v.string()),
  vendorId: v.number(),
  fabricId: v.string(),
});
export type MatterFabricJson = v.InferOutput<typeof matterFabricJson>;

export const matterNodeJson = v.object({
  /** The device that is its bridge; null for one of its own. */
  bridge: v.nullable(v.string()),
  /** The devices that hang on this bridge. */
  bridged: v.array(v.string()),
  endpoints: v.array(v.object({ number: v.number(), deviceTypes: v.array(v.number()) })),
  /** What its certificates were worth when it was added: official, test, unknown, revoked or wrong; null: not known. */
  attestation: v.nullable(v.string()),
  /** Null while it does not answer, and for what hangs on a bridge. */
  fabrics: v.nullable(v.array(matterFabricJson)),
  /** How many homes it can belong to. */
  fabricsMax: v.nullable(v.number()),
  /** Null: no other controller can add it now. */
  window: v.nullable(matterWindowJson),
  /** Why it could not be asked for its fabrics. */
  problem: v.nullable(problemJson),
});
export type MatterNodeJson = v.InferOutput<typeof matterNodeJson>;
