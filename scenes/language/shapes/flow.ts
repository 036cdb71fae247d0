// The shapes of steps that say how a run goes on.
import * as v from 'valibot';
import { duration, events, type Inner, matcher, references, steps } from './parts.ts';

const WAIT_WANTED =
  'a wait is written as {holds: {device.property: value}, for: 3min}, {becomes: {…}} or {presses: {…}}';

/** Steps that wait, branch and end, by key. */
export const flowStepShapes = (inner: Inner) => ({
  delay: v.strictObject({ delay: duration }),
  wait: v.strictObject({
    wait: v.strictObject(
      {
        holds: v.optional(references(matcher)),
        becomes: v.optional(references(matcher)),
        presses: v.optional(references(events)),
        for: v.optional(duration),
      },
      WAIT_WANTED,
    ),
    timeout: v.optional(duration),
    else: v.optional(steps(inner)),
  }),
  stop: v.strictObject({
    stop: v.picklist(['done', 'failed'], '`stop` is done or failed'),
  }),
});
