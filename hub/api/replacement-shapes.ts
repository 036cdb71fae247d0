// Replacing a dead device: what the API takes in and shows.
import * as v from 'valibot';

const identifier = v.pipe(v.string(), v.maxLength(80));

export const replacementQuery = v.strictObject({ from: identifier });
export const replaceBody = v.strictObject({
  from: identifier,
  /** Replaces it although scenes use what the new device lacks. */
  acceptGaps: v.optional(v.boolean(), false),
});

export const replacementGapJson = v.object({
  /** A property or a command; null: see `why`. */
  what: v.nullable(v.string()),
  why: v.string(),
  scenes: v.array(v.object({ id: v.string(), name: v.string() })),
});
export const replacementJson = v.object({
  device: v.string(),
  from: v.string(),
  /** What scenes use and the new device lacks; replacing has to accept these. */
  gaps: v.array(replacementGapJson),
  /** Properties that go and no scene uses, and properties that come. */
  lost: v.array(v.string()),
  gained: v.array(v.string()),
});
export type ReplacementGapJson = v.InferOutput<typeof replacementGapJson>;
export type ReplacementJson = v.InferOutput<typeof replacementJson>;
