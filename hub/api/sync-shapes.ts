// The JSON about what leaves the house: consent, state, and what was sent.
import * as v from 'valibot';
import { timeJson } from './shapes.ts';

const categoryJson = v.picklist(['telemetry', 'usage']);
export type SyncCategoryJson = v.InferOutput<typeof categoryJson>;

const consentJson = v.object({
  category: categoryJson,
  granted: v.boolean(),
  /** The name of who said so last; null: nobody yet, or root on the hub itself. */
  by: v.nullable(v.string()),
  at: v.nullable(timeJson),
});

export const syncJson = v.object({
  /** `off`, `idle`, `sending`, `waiting`, `withdrawing`, `refused`. */
  state: v.string(),
  /** Where records go; null: no address is set. */
  address: v.nullable(v.string()),
  /** What the receiver knows this hub by; null before the first consent. */
  hub: v.nullable(v.string()),
  problem: v.nullable(v.string()),
  consents: v.array(consentJson),
  queue: v.object({ batches: v.number(), records: v.number(), bytes: v.number() }),
  sent: v.object({ batches: v.number(), records: v.number() }),
  /** Batches that the receiver could not read. */
  setAside: v.number(),
  lastAckAt: v.nullable(timeJson),
  nextAt: v.nullable(timeJson),
});
export type SyncJson = v.InferOutput<typeof syncJson>;

export const sentRecordJson = v.object({
  id: v.string(),
  sentAt: timeJson,
  /** Null while the receiver has not said that it has it. */
  ackedAt: v.nullable(timeJson),
  kind: v.string(),
  category: v.nullable(categoryJson),
  /** Why it was sent, in both languages. */
  purpose: v.object({ en: v.string(), zh: v.string() }),
  /** Whose consent it went by. */
  by: v.nullable(v.string()),
  consentedAt: v.nullable(timeJson),
  /** The record as it went; null once the hub has let it go. */
  content: v.nullable(v.record(v.string(), v.unknown())),
  /** How many records this line stands for. */
  count: v.number(),
});
export type SentRecordJson = v.InferOutput<typeof sentRecordJson>;

export const syncConsentBody = v.strictObject({
  category: v.picklist(['telemetry', 'usage'], 'must be telemetry or usage'),
  granted: v.boolean(),
});
