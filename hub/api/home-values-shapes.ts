// What the routes of the home's own values and of webhooks take and answer.
import * as v from 'valibot';

const key = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60));
const value = v.nullable(v.union([v.boolean(), v.pipe(v.number(), v.finite()), v.string()]));
const kinds = ['person', 'variable', 'input', 'calendar', 'zone'] as const;
const types = ['boolean', 'number', 'string', 'enum'] as const;
const words = v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(60))), v.maxLength(50));
const text = v.pipe(v.string(), v.maxLength(200));

/** A value with what it takes and what it is. */
export const homeValueJson = v.object({
  /** As scenes name it, such as `person.anna`. */
  key: v.string(),
  name: v.string(),
  kind: v.picklist(['home', ...kinds]),
  type: v.picklist(types),
  values: v.optional(v.array(v.string())),
  unit: v.optional(v.string()),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  value: v.nullable(v.union([v.boolean(), v.number(), v.string()])),
  /** Since when it is so; null where nobody has set it. */
  since: v.nullable(v.string()),
  member: v.nullable(v.string()),
  topic: v.nullable(v.string()),
  version: v.number(),
});
export type HomeValueJson = v.InferOutput<typeof homeValueJson>;

/** A value that is to be declared. */
export const homeValueBody = v.strictObject({
  kind: v.picklist(kinds),
  name,
  handle: v.optional(key),
  type: v.optional(v.picklist(types)),
  values: v.optional(words),
  unit: v.optional(v.pipe(v.string(), v.maxLength(16))),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  initial: v.optional(value),
  topic: v.optional(v.nullable(text)),
});

/** What of a declared value may be changed. */
export const homeValueChange = v.strictObject({
  name: v.optional(name),
  values: v.optional(words),
  unit: v.optional(v.pipe(v.string(), v.maxLength(16))),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  topic: v.optional(v.nullable(text)),
});

/** Null: it is not known any more. */
export const homeValueSet = v.strictObject({ value });

/** Something that happened in the home and leaves no value behind. */
export const happeningBody = v.variant('kind', [
  v.strictObject({
    kind: v.literal('tag'),
    tag: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  }),
  v.strictObject({
    kind: v.literal('mqtt'),
    topic: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
    payload: v.pipe(v.string(), v.maxLength(4096)),
  }),
]);

export const webhookBody = v.strictObject({ name: v.pipe(v.string(), v.maxLength(48)) });
export const webhookJson = v.object({ name: v.string(), createdAt: v.string() });
/** `path` is told this once: whoever knows it can call the webhook. */
export const newWebhookJson = v.object({ name: v.string(), path: v.string() });
