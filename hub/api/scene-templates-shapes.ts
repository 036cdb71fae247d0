// What the routes of scene templates take and answer.
import * as v from 'valibot';
import { TEMPLATE_GROUPS, TEMPLATE_HOUSEHOLDS } from '../model/scene-templates-port.ts';

const label = v.object({ en: v.string(), zh: v.string() });
const slotName = v.pipe(v.string(), v.minLength(1), v.maxLength(40));
const word = v.pipe(v.string(), v.maxLength(80));
const value = v.union([
  v.pipe(v.number(), v.finite()),
  v.boolean(),
  v.pipe(v.string(), v.maxLength(300)),
  v.pipe(v.array(word), v.maxLength(20)),
]);

/** A template in a list. */
export const templateBriefJson = v.object({
  id: v.string(),
  name: label,
  description: label,
  group: v.picklist(TEMPLATE_GROUPS),
  households: v.array(v.picklist(TEMPLATE_HOUSEHOLDS)),
  isOwn: v.boolean(),
  /** Slots for which the home has nothing that fits. */
  missing: v.array(label),
});
export type TemplateBriefJson = v.InferOutput<typeof templateBriefJson>;

const choice = v.object({
  id: v.string(),
  handle: v.string(),
  name: v.string(),
  room: v.nullable(v.string()),
});

export const slotJson = v.object({
  name: v.string(),
  kind: v.string(),
  label,
  isOptional: v.boolean(),
  wants: v.nullable(label),
  unit: v.nullable(v.string()),
  min: v.nullable(v.number()),
  max: v.nullable(v.number()),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  initial: v.nullable(value),
  /** Best first. */
  choices: v.array(choice),
  suggested: v.array(v.string()),
  options: v.array(v.object({ value: v.string(), label })),
});
export type SlotJson = v.InferOutput<typeof slotJson>;

/** A template with its slots and what of this home fits them. */
export const templateJson = v.object({
  ...templateBriefJson.entries,
  slots: v.array(slotJson),
  text: v.string(),
});
export type TemplateJson = v.InferOutput<typeof templateJson>;

const bindings = v.strictObject({
  devices: v.optional(v.record(slotName, v.pipe(v.array(word), v.maxLength(30))), {}),
  rooms: v.optional(v.record(slotName, word), {}),
  values: v.optional(v.record(slotName, value), {}),
});

/** What is bound; slots that are left out take their own value. */
export const templateBindBody = v.strictObject({
  name: v.optional(v.pipe(v.string(), v.maxLength(80))),
  bindings,
});

/** A scene that is to be made, or with `scene` bound anew. */
export const templateSceneBody = v.strictObject({
  ...templateBindBody.entries,
  enabled: v.optional(v.boolean()),
  scene: v.optional(v.pipe(v.string(), v.maxLength(80))),
  /** Of the scene that is bound anew. */
  version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export const templateTextBody = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(64 * 1024)),
});

export const templateOfQuery = v.strictObject({
  id: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and hyphens'),
    ),
  ),
});

export const templatePreviewJson = v.object({
  problems: v.array(
    v.object({ slot: v.nullable(v.string()), text: label, fits: v.array(v.string()) }),
  ),
  scene: v.nullable(v.object({ name: v.string(), text: v.string(), sentence: label })),
});
export type TemplatePreviewJson = v.InferOutput<typeof templatePreviewJson>;

/** Of which template a scene was made, and the template that can be made of it. */
export const sceneTemplateJson = v.object({
  uses: v.nullable(
    v.object({
      template: v.string(),
      devices: v.record(v.string(), v.array(v.string())),
      rooms: v.record(v.string(), v.string()),
      values: v.record(v.string(), value),
    }),
  ),
  /** The file of a template made of this scene. */
  text: v.string(),
});
export type SceneTemplateJson = v.InferOutput<typeof sceneTemplateJson>;
