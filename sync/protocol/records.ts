// The records that may leave the house: each kind with its number, stream, consent and purpose. Additive only: a
// number is never used again, fields are added and not changed, and a reader passes over fields that it does not know.
import * as v from 'valibot';
import type { SyncCategory } from '../../hub/model/sync-port.ts';

export type Stream = 0 | 1 | 2;
export const STREAMS: readonly Stream[] = [0, 1, 2];

const time = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const category = v.picklist(['telemetry', 'usage']);

/**
 * Stands in the place of rows that will not come, under their sequence numbers, so that a loss is told and never
 * silent. `withdrawn`: consent was taken back; `full`: the outbox was at its cap; `refused`: the receiver could not
 * read them; `too-large`: one row alone was over the limit; `expired`: asked for again after they were let go;
 * `restored`: the outbox came from a backup.
 */
const gapRow = v.looseObject({
  reason: v.picklist(['withdrawn', 'full', 'refused', 'too-large', 'expired', 'restored']),
  category: v.nullable(category),
  rows: count,
  at: time,
});

const consentRow = v.looseObject({ at: time, category, granted: v.boolean(), rev: count });

const sceneRunsRow = v.looseObject({
  /** The hour or whatever span it counts, wall milliseconds. */
  from: time,
  to: time,
  /** What set the runs off: a device, a time, a member, another scene; never which. */
  trigger: v.pipe(v.string(), v.maxLength(32)),
  result: v.pipe(v.string(), v.maxLength(32)),
  count,
});

const deviceHealthRow = v.looseObject({
  at: time,
  mono: time,
  /** A pseudonym of the device that is the same in all of this hub's records. */
  device: v.pipe(v.string(), v.maxLength(64)),
  protocol: v.pipe(v.string(), v.maxLength(32)),
  product: v.pipe(v.string(), v.maxLength(200)),
  firmware: v.nullable(v.pipe(v.string(), v.maxLength(100))),
  online: v.boolean(),
  since: time,
  battery: v.nullable(v.number()),
  linkQuality: v.nullable(v.number()),
});

export type GapRow = v.InferOutput<typeof gapRow>;
export type GapReason = GapRow['reason'];
export type ConsentRow = v.InferOutput<typeof consentRow>;

export interface RecordKind {
  readonly schema: number;
  readonly name: string;
  /** Null: of any stream (a gap). */
  readonly stream: Stream | null;
  /** Whose consent it needs; null: it is about the consent itself, or about what is missing. */
  readonly category: SyncCategory | null;
  readonly row: v.GenericSchema;
}

export const GAP: RecordKind = {
  schema: 0,
  name: 'gap',
  stream: null,
  category: null,
  row: gapRow,
};
export const CONSENT: RecordKind = {
  schema: 1,
  name: 'consent',
  stream: 0,
  category: null,
  row: consentRow,
};
export const SCENE_RUNS: RecordKind = {
  schema: 2,
  name: 'scene-runs',
  stream: 1,
  category: 'usage',
  row: sceneRunsRow,
};
export const DEVICE_HEALTH: RecordKind = {
  schema: 3,
  name: 'device-health',
  stream: 2,
  category: 'telemetry',
  row: deviceHealthRow,
};

const KINDS = new Map([GAP, CONSENT, SCENE_RUNS, DEVICE_HEALTH].map((kind) => [kind.schema, kind]));

/** The kind of record of a number; undefined for one that this version does not know. */
export const recordKind = (schema: number): RecordKind | undefined => KINDS.get(schema);

/** The one kind of record of a category. */
export const kindOf = (of: SyncCategory): RecordKind =>
  of === 'usage' ? SCENE_RUNS : DEVICE_HEALTH;

export const categoryOfStream = (stream: Stream): SyncCategory | null =>
  stream === 0 ? null : stream === 1 ? 'usage' : 'telemetry';

/** The rows as consent records; null when one is none. */
export function asConsentRows(rows: readonly unknown[]): ConsentRow[] | null {
  const parsed = v.safeParse(v.array(consentRow), rows);
  return parsed.success ? parsed.output : null;
}
