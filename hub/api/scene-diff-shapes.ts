// What the route that tells versions of a scene apart answers.
import * as v from 'valibot';
import { labelJson } from './shapes.ts';

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
