// The JSON of the radio network: its map, the coordinator, its backups, and what is asked of them.
import * as v from 'valibot';
import { problemJson, timeJson } from './shapes.ts';

const meshPointJson = v.object({
  at: timeJson,
  parent: v.nullable(v.string()),
  linkQuality: v.nullable(v.number()),
});

export const meshJson = v.object({
  /** When the last survey ended; null: there was none yet. */
  takenAt: v.nullable(timeJson),
  tookMs: v.nullable(v.number()),
  nodes: v.array(
    v.object({
      /** Its address, by which parents and links name it. */
      address: v.string(),
      /** Null for the coordinator, and for a node that is no device of the home. */
      device: v.nullable(v.string()),
      name: v.string(),
      role: v.picklist(['coordinator', 'router', 'endDevice']),
      parent: v.nullable(v.string()),
      isParentKnown: v.boolean(),
      /** LQI of the link to the parent, 0 to 255. */
      linkQuality: v.nullable(v.number()),
      hops: v.nullable(v.number()),
      lastSeen: v.nullable(timeJson),
      online: v.nullable(v.boolean()),
      battery: v.nullable(v.number()),
      asked: v.nullable(v.picklist(['answered', 'silent', 'refused'])),
      /** Only the newest values of it are taken, because it says too much. */
      quarantined: v.boolean(),
      history: v.array(meshPointJson),
    }),
  ),
  /** Strongest first. */
  links: v.array(
    v.object({
      from: v.string(),
      to: v.string(),
      linkQuality: v.number(),
      routes: v.number(),
    }),
  ),
});
export type MeshJson = v.InferOutput<typeof meshJson>;
export type MeshNodeJson = MeshJson['nodes'][number];

export const coordinatorJson = v.object({
  port: v.string(),
  driver: v.string(),
  state: v.picklist(['starting', 'connecting', 'connected', 'fault', 'stopped']),
  detail: v.nullable(v.string()),
  problem: v.nullable(problemJson),
  channel: v.nullable(v.number()),
  panId: v.nullable(v.number()),
  /** Drivers that can be chosen; `tried`: with the emulated or a real stick of ours; `zh`: `about` in Chinese. */
  drivers: v.array(
    v.object({ name: v.string(), tried: v.boolean(), about: v.string(), zh: v.string() }),
  ),
});
export type CoordinatorJson = v.InferOutput<typeof coordinatorJson>;

export const stickJson = v.object({
  port: v.string(),
  name: v.string(),
  driver: v.nullable(v.string()),
});
export type StickJson = v.InferOutput<typeof stickJson>;

export const stickCheckJson = v.object({
  driver: v.nullable(v.string()),
  revision: v.nullable(v.string()),
  network: v.picklist(['blank', 'same', 'other', 'unknown']),
  panId: v.nullable(v.number()),
  channel: v.nullable(v.number()),
});
export type StickCheckJson = v.InferOutput<typeof stickCheckJson>;

export const coordinatorBackupJson = v.object({
  name: v.string(),
  at: timeJson,
  bytes: v.number(),
  channel: v.number(),
  panId: v.number(),
  devices: v.number(),
  source: v.string(),
});
export type CoordinatorBackupJson = v.InferOutput<typeof coordinatorBackupJson>;

export const coordinatorBackupTextJson = v.object({ name: v.string(), text: v.string() });
export type CoordinatorBackupTextJson = v.InferOutput<typeof coordinatorBackupTextJson>;

const port = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
const driver = v.pipe(v.string(), v.maxLength(20));
/** The owner's own password, asked for again; local root gives null. */
const password = v.optional(v.nullable(v.pipe(v.string(), v.maxLength(1_024))), null);

export const channelBody = v.strictObject({
  channel: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(11, 'is 11 to 26'),
    v.maxValue(26, 'is 11 to 26'),
  ),
});
export const stickCheckBody = v.strictObject({
  port,
  driver: v.optional(v.nullable(driver), null),
});
export const coordinatorUseBody = v.strictObject({
  port,
  /** Null: that which the stick's name speaks for, or else zstack. */
  driver: v.optional(v.nullable(driver), null),
});
export const coordinatorUseJson = v.object({ port: v.string(), driver: v.string() });
export type CoordinatorUseJson = v.InferOutput<typeof coordinatorUseJson>;
export const coordinatorMoveBody = v.strictObject({
  port,
  driver,
  baudRate: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(9_600), v.maxValue(3_000_000))),
    null,
  ),
  overwrite: v.optional(v.boolean(), false),
  /** Goes on with the network that is on it, in a home without devices. */
  keep: v.optional(v.boolean(), false),
  password,
});
export const backupAddBody = v.strictObject({
  /** A file in the open coordinator format; absent: the coordinator is read. */
  text: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2_000_000))), null),
});
export const reauthBody = v.strictObject({ password });
