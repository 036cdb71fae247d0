// Replacing a dead device: what the API takes in and shows.
import * as v from 'valibot';
import { GAP_OTHERS } from '../model/replacement.ts';

const identifier = v.pipe(v.string(), v.maxLength(80));

export const replacementQuery = v.strictObject({ from: identifier });
export const replaceBody = v.strictObject({
  from: identifier,
  /** Replaces it although what is used is missing in the new device. */
  acceptGaps: v.optional(v.boolean(), false),
});

export const replacementGapJson = v.object({
  /** A property or a command; null: see `why`. */
  what: v.nullable(v.string()),
  why: v.string(),
  /** The same in Chinese. */
  zh: v.string(),
  /** `named`: cannot run before it is edited; `reached`: means it by room, label or kind and passes it by; `template`:
   * cannot be set anew by its template's form. */
  scenes: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      how: v.picklist(['named', 'reached', 'template']),
    }),
  ),
  /** Who else: home apps, listeners over MQTT, what people may do by its kind, devices bound to it. */
  others: v.array(v.picklist(GAP_OTHERS)),
});
export const replacementJson = v.object({
  device: v.string(),
  from: v.string(),
  /** What is used and the new device lacks; replacing has to accept these. */
  gaps: v.array(replacementGapJson),
  /** Properties that go and nobody uses, and properties that come. */
  lost: v.array(v.string()),
  gained: v.array(v.string()),
  /** Scenes that would begin to mean it, since it is of another kind. */
  reached: v.array(v.object({ id: v.string(), name: v.string() })),
  /** Zigbee bindings and groups of the old device that are made again with the new one. */
  links: v.array(
    v.object({
      /** `to`: it commands the other; `from`: the other commands it; `group`: it is a member. */
      kind: v.picklist(['to', 'from', 'group']),
      other: v.nullable(v.string()),
      group: v.nullable(v.number()),
      cluster: v.string(),
      state: v.picklist(['impossible', 'waiting', 'made']),
    }),
  ),
});
export type ReplacementGapJson = v.InferOutput<typeof replacementGapJson>;
export type ReplacementJson = v.InferOutput<typeof replacementJson>;
