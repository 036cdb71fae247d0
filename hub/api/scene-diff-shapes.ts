// What the route that tells versions of a scene apart answers.
import * as v from 'valibot';
import { labelJson, timeJson } from './shapes.ts';

/** What differs between two versions of a scene, in plain words. */
export const sceneDiffJson = v.object({
  from: v.number(),
  to: v.number(),
  differences: v.array(
    v.object({
      kind: v.picklist(['added', 'removed', 'changed']),
      part: v.picklist(['name', 'room', 'description', 'when', 'while', 'do', 'how', 'tests']),
      text: labelJson,
    }),
  ),
});
export type SceneDiffJson = v.InferOutput<typeof sceneDiffJson>;

/** An earlier version; `text` names devices by their present handles. */
export const sceneVersionJson = v.object({
  version: v.number(),
  name: v.string(),
  enabled: v.boolean(),
  updatedAt: timeJson,
  author: v.nullable(v.string()),
  text: v.string(),
});
export type SceneVersionJson = v.InferOutput<typeof sceneVersionJson>;
