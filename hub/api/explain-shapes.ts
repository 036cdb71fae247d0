// What the API says of the past: why a device is as it is, why a scene did not run, when an edit would have run, and
// how a scene's own tests went.
import * as v from 'valibot';
import {
  causeJson,
  inputProblemJson,
  labelJson,
  runBriefJson,
  timeJson,
  valueJson,
} from './shapes.ts';

/** Why a property of a device is as it is: links from the change back to its root. */
export const whyJson = v.object({
  device: v.string(),
  property: v.string(),
  value: v.nullable(valueJson),
  since: v.nullable(timeJson),
  sentence: labelJson,
  links: v.array(
    v.object({
      kind: v.picklist(['change', 'run', 'root']),
      at: timeJson,
      device: v.optional(v.string()),
      property: v.optional(v.string()),
      value: v.optional(valueJson),
      scene: v.optional(v.string()),
      run: v.optional(v.string()),
      cause: v.nullable(causeJson),
      text: labelJson,
    }),
  ),
});
export type WhyJson = v.InferOutput<typeof whyJson>;

/** Why a scene did not run at an instant. */
export const whyNotJson = v.object({
  scene: v.string(),
  at: timeJson,
  reason: v.picklist([
    'ran',
    'not-saved',
    'disabled',
    'broken',
    'hub-off',
    'clock',
    'no-trigger',
    'by-hand',
    'condition',
    'unknown',
    'mode',
    'pace',
    'late',
    'rests',
  ]),
  sentence: labelJson,
  run: v.nullable(runBriefJson),
  nearest: v.array(v.object({ path: v.string(), at: timeJson, text: labelJson })),
});
export type WhyNotJson = v.InferOutput<typeof whyNotJson>;

/** When a scene would have run, beside the versions that lived. */
export const replayJson = v.object({
  from: timeJson,
  to: timeJson,
  entries: v.number(),
  counts: v.object({
    lived: v.number(),
    tried: v.number(),
    same: v.number(),
    different: v.number(),
    added: v.number(),
    gone: v.number(),
    nearMisses: v.number(),
  }),
  runs: v.array(
    v.object({
      kind: v.picklist(['added', 'gone', 'different', 'same']),
      at: timeJson,
      lived: v.nullable(labelJson),
      tried: v.nullable(labelJson),
      difference: v.nullable(labelJson),
    }),
  ),
  omitted: v.number(),
  notes: v.array(labelJson),
  sentence: labelJson,
});
export type ReplayJson = v.InferOutput<typeof replayJson>;

/** How a scene's own tests went; with `errors` nothing was run. */
export const testReportJson = v.object({
  name: v.nullable(v.string()),
  passed: v.number(),
  failed: v.number(),
  errors: v.array(inputProblemJson),
  cases: v.array(
    v.object({
      number: v.number(),
      passed: v.boolean(),
      checks: v.array(v.object({ met: v.boolean(), expected: labelJson })),
      happened: v.array(labelJson),
      run: v.nullable(v.object({ state: v.string(), summary: labelJson })),
    }),
  ),
});
export type TestReportJson = v.InferOutput<typeof testReportJson>;
