// The JSON of provisioning.
import * as v from 'valibot';
import { inputProblemJson, labelJson } from './shapes.ts';

/** What a provisioning file would do; with errors nothing would be done. */
export const provisioningPlanJson = v.object({
  errors: v.array(inputProblemJson),
  lines: v.array(
    v.object({
      action: v.picklist(['add', 'change', 'keep', 'leave']),
      what: v.picklist(['home', 'room', 'value', 'device', 'scene']),
      name: v.nullable(v.string()),
      text: labelJson,
    }),
  ),
  isNothingToDo: v.boolean(),
});
export type ProvisioningPlanJson = v.InferOutput<typeof provisioningPlanJson>;
